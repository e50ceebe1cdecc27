"""What training logs can show. Each check is shown, not shown or not applicable: never passed, never failed."""

import math
from itertools import pairwise
from typing import Any, NamedTuple

from originality.core.trace.model import QUANTITIES, Logs, Series

SCHEMA = "originality-trace/1"
POINTS_SHOWN = 200
FIRST_LOSS_MARGIN = 0.75  # nats above ln V: half the variance of fresh logits
Check = dict[str, Any]


class Point(NamedTuple):
    step: int
    value: float
    wall_time: float


def trace_report(logs: Logs, *, vocabulary_size: int | None = None) -> dict[str, Any]:
    points = {quantity: _points(series) for quantity, series in logs.series.items()}
    return {
        "schema": SCHEMA,
        "files": logs.files,
        "ignored": logs.ignored,
        "tags": logs.tags,
        "faults": [fault._asdict() for fault in logs.faults],
        "disagreements": sum(seam.differing for seams in logs.seams.values() for seam in seams),
        "steps": {quantity: _extent(points.get(quantity, [])) for quantity in QUANTITIES},
        "checks": [
            first_loss(points.get("loss", []), vocabulary_size=vocabulary_size),
            falling_loss(points.get("loss", [])),
            rising_tokens(points.get("tokens", [])),
            forward_clock(points.get("loss", [])),
        ],
        "series": {quantity: _thinned(curve) for quantity, curve in points.items()},
        "limits": [
            "a body reused under new embeddings also starts at ln V: the weights decide, not the curve",
            "logs are what the team handed in; digests deposited during training bind them in time",
        ],
    }


def _points(series: Series) -> list[Point]:
    columns = (series.step.tolist(), series.value.tolist(), series.time.tolist())
    return [Point(*row) for row in zip(*columns, strict=True)]


def first_loss(losses: list[Point], *, vocabulary_size: int | None) -> Check:
    """A model that knows nothing starts at ln V or a little above."""
    name = "first loss"
    losses = [point for point in losses if math.isfinite(point.value)]
    if not losses:
        return _check(name, "not shown", "no loss in the logs")
    if not vocabulary_size:
        return _check(name, "not applicable", "the size of the vocabulary is not known")
    if losses[0].step > 1:
        return _check(name, "not shown", "the logs begin after the first step", first_step=losses[0].step)
    expected, value = math.log(vocabulary_size), losses[0].value
    near = expected - 0.1 <= value <= expected + FIRST_LOSS_MARGIN
    outcome = "shown" if near else "not shown"
    return _check(name, outcome, "", value=value, expected=expected, vocabulary_size=vocabulary_size)


def falling_loss(losses: list[Point]) -> Check:
    """Compare the mean of the first tenth with that of the last."""
    losses = [point for point in losses if math.isfinite(point.value)]
    if len(losses) < 10:
        return _check("loss falls", "not shown", "fewer than 10 points of loss", points=len(losses))
    tenth = len(losses) // 10
    first = sum(point.value for point in losses[:tenth]) / tenth
    last = sum(point.value for point in losses[-tenth:]) / tenth
    return _check("loss falls", "shown" if last < first else "not shown", "", first=first, last=last)


def rising_tokens(tokens: list[Point]) -> Check:
    if len(tokens) < 2:
        return _check("tokens rise", "not shown", "no token counts in the logs")
    broken = next((b.step for a, b in pairwise(tokens) if b.value <= a.value), None)
    if broken is not None:
        return _check("tokens rise", "not shown", "the count falls or stands still", at_step=broken)
    return _check("tokens rise", "shown", "", last=tokens[-1].value)


def forward_clock(points: list[Point]) -> Check:
    """A resumed run has a gap, an edited one may run backwards."""
    timed = [point for point in points if point.wall_time > 0]
    if len(timed) < 2:
        return _check("clock runs forward", "not shown", "the logs carry no times")
    broken = next((b.step for a, b in pairwise(timed) if b.wall_time < a.wall_time), None)
    if broken is not None:
        return _check("clock runs forward", "not shown", "the time runs backwards", at_step=broken)
    return _check("clock runs forward", "shown", "", seconds=timed[-1].wall_time - timed[0].wall_time)


def _check(name: str, outcome: str, reason: str, **figures: float) -> Check:
    return {"name": name, "outcome": outcome, "reason": reason, "figures": figures}


def _extent(points: list[Point]) -> dict[str, int] | None:
    return {"first": points[0].step, "last": points[-1].step, "points": len(points)} if points else None


def _thinned(points: list[Point]) -> list[list[float]]:
    """At most 200 [step, value] pairs, first and last among them; numbers that are not finite are left out."""
    finite = [point for point in points if math.isfinite(point.value)]
    if len(finite) > POINTS_SHOWN:
        places = [round(i * (len(finite) - 1) / (POINTS_SHOWN - 1)) for i in range(POINTS_SHOWN)]
        finite = [finite[place] for place in places]
    return [[point.step, point.value] for point in finite]
