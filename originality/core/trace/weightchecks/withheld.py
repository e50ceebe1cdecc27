"""The loss of the checkpoints on text that the team has not seen, against the loss that its log gives for the same steps.

Between two texts the losses of one run lie on a smooth curve that is nearly a straight line (Brandfonbrener, Anand, Vyas, Malach
and Kakade 2024, Loss-to-loss prediction); how steep it is and where it begins depends on the texts and is not judged. What is judged
is how far a checkpoint lies from the line through all, in shares of the whole fall.
"""

import math
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.trace.facts import Facts
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import MeasuredLoss, Measures
from originality.core.trace.model import Logs, Series
from originality.core.trace.weightchecks.common import declared_steps

GROUND = "losses of one run on two texts lie near a line: Brandfonbrener and others (2024), Loss-to-loss prediction"
FEWEST = 4  # checkpoints without a change of data between them
APART, FAR_APART = 0.08, 0.25  # of the whole fall: 0.04 at most in honest runs of the laboratory
RISE = 0.1  # of the whole fall, upwards between two checkpoints
NOISE = 4.0  # standard errors
NEAR = 40  # points of the log around a step
Columns = NDArray[np.float64]


class _Point(NamedTuple):
    """A checkpoint: its loss on the withheld text and the logged loss near its step, with standard errors."""

    loss: MeasuredLoss
    logged: float
    stderr: float


class _Apart(NamedTuple):
    """The checkpoint farthest from the line: residual in nats, its noise, and the slope of the line."""

    point: _Point
    residual: float
    noise: float
    slope: float
    fall: float
    text: str


def recomputed_loss(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    texts: dict[str, list[MeasuredLoss]] = defaultdict(list)
    for loss in sorted(measures.losses, key=lambda loss: loss.step):
        texts[loss.text_digest].append(loss)
    quantity = next((q for q in ("validation_loss", "loss") if q in logs.series and len(logs.series[q])), "")
    changes = declared_steps(facts, "data change")
    parts = [part for losses in texts.values() for part in _parts(losses, changes) if len(part) >= FEWEST]
    conditions = (
        Precondition("losses measured at four checkpoints or more", any(len(x) >= FEWEST for x in texts.values())),
        Precondition("a logged loss", bool(quantity)),
        Precondition("four checkpoints without a declared change of data between them", bool(parts)),
    )
    if not all(condition.met for condition in conditions[:2]):
        reason = "no loss in the logs" if not quantity else "fewer than four checkpoints have a measured loss"
        return Finding("recomputed loss", Outcome.NOT_SHOWN, reason=reason, ground=GROUND, preconditions=conditions)
    if not parts:
        reason = "the data change between the checkpoints"
        return Finding(
            "recomputed loss", Outcome.NOT_APPLICABLE, reason=reason, ground=GROUND, preconditions=conditions
        )
    found = [apart for part in parts if (apart := _apart(part, logs.series[quantity]))]
    if not found:
        reason = "the logged loss does not reach the steps of four checkpoints"
        return Finding("recomputed loss", Outcome.NOT_SHOWN, reason=reason, ground=GROUND, preconditions=conditions)
    rises = [rise for part in parts if (rise := _rise(part))]
    return _judged(found, rises, quantity=quantity, conditions=conditions)


def _parts(losses: list[MeasuredLoss], changes: list[int]) -> list[list[MeasuredLoss]]:
    """Checkpoints between declared changes of data; one at the step of a change closes the part before it."""
    bounds = [-math.inf, *changes, math.inf]
    return [[loss for loss in losses if low < loss.step <= high] for low, high in pairwise(bounds)]


def _apart(losses: list[MeasuredLoss], series: Series) -> _Apart | None:
    """Fit the line through all checkpoints of one part; None where the log lacks too many or nothing falls."""
    points = [point for i, loss in enumerate(losses) if (point := _point(losses, i, series)) is not None]
    if len(points) < FEWEST:
        return None
    x = np.array([point.logged for point in points])
    y = np.array([point.loss.loss for point in points])
    fall = float(max(np.ptp(x), np.ptp(y)))
    if fall <= 0:
        return None
    slope, start = np.polyfit(x, y, 1) if np.ptp(x) > 0 else (0.0, float(y.mean()))
    residuals = y - (start + slope * x)
    noises = np.array([math.hypot(point.stderr * abs(slope), point.loss.stderr) for point in points])
    beyond = np.abs(residuals) - NOISE * noises
    at = int(np.argmax(beyond))
    return _Apart(points[at], float(residuals[at]), float(noises[at]), float(slope), fall, losses[0].text_digest)


def _point(losses: list[MeasuredLoss], at: int, series: Series) -> _Point | None:
    """The logged loss at a checkpoint: a straight line through the points nearest to its step, half way to its neighbours."""
    step = losses[at].step
    gaps = [abs(losses[i].step - step) for i in (at - 1, at + 1) if 0 <= i < len(losses)]
    reach = max(1.0, min(gaps) / 2)
    away = np.abs(series.step - step)
    near = np.flatnonzero((away <= reach) & np.isfinite(series.value))
    if near.size == 0:
        return None
    chosen = near[np.argsort(away[near], kind="stable")[:NEAR]]
    x, y = series.step[chosen].astype(np.float64) - step, series.value[chosen]
    if chosen.size < 6 or np.ptp(x) == 0 or x.min() > 0 or x.max() < 0:
        spread = float(np.std(y)) / math.sqrt(y.size) if y.size > 1 else 0.0
        return _Point(losses[at], float(np.mean(y[:3])), spread)
    fit, start = np.polyfit(x, y, 1)
    rest = y - (start + fit * x)
    return _Point(losses[at], float(start), float(np.std(rest) / math.sqrt(y.size - 2)))


def _rise(losses: list[MeasuredLoss]) -> tuple[float, float, MeasuredLoss, MeasuredLoss] | None:
    """The largest rise between neighbours in shares of the whole fall, with its noise: (rise, noise, before, after)."""
    values = [loss.loss for loss in losses]
    fall = max(values) - min(values)
    if fall <= 0:
        return None
    steps = [((b.loss - a.loss) / fall, _paired(a, b) / fall, a, b) for a, b in pairwise(losses)]
    return max(steps, key=lambda item: item[0] - NOISE * item[1])


def _paired(a: MeasuredLoss, b: MeasuredLoss) -> float:
    """Standard error of the difference of two checkpoints on the same windows."""
    if len(a.each) == len(b.each) > 1:
        return float(np.std(np.subtract(b.each, a.each), ddof=1) / math.sqrt(len(a.each)))
    return math.hypot(a.stderr, b.stderr)


Rise = tuple[float, float, MeasuredLoss, MeasuredLoss]


def _judged(found: list[_Apart], rises: list[Rise], *, quantity: str, conditions: tuple[Precondition, ...]) -> Finding:
    worst = max(found, key=lambda item: (abs(item.residual) - NOISE * item.noise) / item.fall)
    share, noise = abs(worst.residual) / worst.fall, worst.noise / worst.fall
    apart = share - NOISE * noise > 0 and share > APART
    risen = next((rise for rise in rises if rise[0] > RISE + NOISE * rise[1]), None)
    far = share - NOISE * noise > FAR_APART
    level = CONTRADICTION if far else TO_EXPLAIN if apart or risen else 0
    reason = "checkpoints lie far from the line of measured and logged losses" if apart else ""
    if risen and not apart:
        reason = "the measured loss rises between two checkpoints"
    step = worst.point.loss.step
    spans = (Span(quantity, risen[2].step, risen[3].step),) if risen and not apart else (Span(quantity, step, step),)
    return Finding(
        "recomputed loss",
        Outcome.DEVIATES if level else Outcome.SHOWN,
        level,
        figure={
            "largest_share_of_fall": share,
            "noise_share_of_fall": noise,
            "measured": worst.point.loss.loss,
            "logged": worst.point.logged,
            "at_step": step,
            "slope": worst.slope,
            "fall": worst.fall,
            "largest_rise": max((rise[0] for rise in rises), default=0.0),
        },
        expected={"share_of_fall_at_most": APART, "rise_at_most": RISE},
        reason=reason,
        ground=GROUND,
        data=(quantity, worst.text, f"{step}: {worst.point.loss.digest}"),
        preconditions=conditions,
        spans=spans if level else (),
    )
