"""The loss of the checkpoints on text that the team has not seen, against the loss that its log gives for the same steps.

The losses of one run on two texts lie on one smooth curve that is nearly straight (Brandfonbrener, Anand, Vyas, Malach and
Kakade 2024, Loss-to-loss prediction); how steep it is and where it begins depends on the texts and is not judged. A parabola
is put through all checkpoints, and how far one of them lies from it is judged, in shares of the whole fall and beyond what
the noise of log and text explains.
"""

import math
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.trace.facts import Facts
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.loglevel import level_at
from originality.core.trace.measures import MeasuredLoss, Measures
from originality.core.trace.model import Logs, Series
from originality.core.trace.weightchecks.common import declared_steps

GROUND = (
    "losses of one run on two texts lie on one smooth curve: Brandfonbrener and others (2024), Loss-to-loss prediction"
)
CHECK = "recomputed loss"
FEWEST = 5  # checkpoints without a change of data between them: a parabola has three numbers
NOISE = 4.0  # standard errors that are taken off before anything is judged
APART = (
    0.02  # of the whole fall; honest runs of the laboratory (development seeds) reach 0.006, forged ones 0.033 and more
)
FAR_APART = 0.25
RISE = 0.1
Columns = NDArray[np.float64]


class _Apart(NamedTuple):
    """The checkpoint farthest from the curve, shares of the fall: how far it lies, its noise, and what is left of the first."""

    quantity: str
    loss: MeasuredLoss
    logged: float
    share: float
    noise: float
    beyond: float
    fall: float
    rise: "_Rise | None"


class _Rise(NamedTuple):
    """A measured loss that rises while the logged one does not: share of the fall, beyond its noise."""

    share: float
    before: MeasuredLoss
    after: MeasuredLoss


def recomputed_loss(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """A declared average of checkpoints has no step of its own in the log, and stays out."""
    texts: dict[str, list[MeasuredLoss]] = defaultdict(list)
    averaged = (
        {link.digest for link in facts.chain if link.role == "final"} if declared_steps(facts, "averaging") else ()
    )
    for loss in sorted((row for row in measures.losses if row.digest not in averaged), key=lambda loss: loss.step):
        texts[loss.text_digest].append(loss)
    curves = {name: logs.series[name] for name in ("validation_loss", "loss") if len(logs.series.get(name, ()))}
    changes = declared_steps(facts, "data change")
    parts = [part for losses in texts.values() for part in _parts(losses, changes) if len(part) >= FEWEST]
    conditions = (
        Precondition("losses measured at five checkpoints", any(len(rows) >= FEWEST for rows in texts.values())),
        Precondition("a logged loss", bool(curves)),
        Precondition("five checkpoints without a declared change of data between them", bool(parts)),
        Precondition("withheld text of the kind that was trained on", None),
    )
    if not (conditions[0].met and curves):
        reason = "no loss in the logs" if not curves else "fewer than five checkpoints have a measured loss"
        return _without(Outcome.NOT_SHOWN, reason, conditions)
    if not parts:
        return _without(Outcome.NOT_APPLICABLE, "the data change between the checkpoints", conditions)
    found = [
        apart for part in parts for name, series in curves.items() if (apart := _apart(part, series, quantity=name))
    ]
    if not found:
        return _without(Outcome.NOT_SHOWN, "the logged loss does not reach the steps of five checkpoints", conditions)
    return _judged(found, conditions=conditions)


def _without(outcome: Outcome, reason: str, conditions: tuple[Precondition, ...]) -> Finding:
    return Finding(CHECK, outcome, reason=reason, ground=GROUND, preconditions=conditions)


def _parts(losses: list[MeasuredLoss], changes: list[int]) -> list[list[MeasuredLoss]]:
    """Checkpoints between declared changes of data; one at the step of a change belongs to neither side."""
    bounds = [-math.inf, *changes, math.inf]
    return [[loss for loss in losses if low < loss.step < high] for low, high in pairwise(bounds)]


def _apart(losses: list[MeasuredLoss], series: Series, *, quantity: str) -> _Apart | None:
    """Put the curve through the checkpoints of one part; None where the log lacks too many or nothing falls."""
    steps = [loss.step for loss in losses]
    levels = [level_at(series, steps, at) for at in range(len(steps))]
    points = [(loss, level) for loss, level in zip(losses, levels, strict=True) if level is not None]
    if len(points) < FEWEST:
        return None
    rows = [loss for loss, _ in points]
    x, spread = (np.array(column) for column in zip(*(level for _, level in points), strict=True))
    y = np.array([loss.loss for loss in rows])
    fall = float(max(np.ptp(x), np.ptp(y)))
    if fall <= 0:
        return None
    residuals, noises = _residuals(rows, x=x, y=y, spread=spread)
    beyond = (np.abs(residuals) - NOISE * noises) / fall
    at = int(np.argmax(beyond))
    return _Apart(
        quantity=quantity,
        loss=rows[at],
        logged=float(x[at]),
        share=float(abs(residuals[at]) / fall),
        noise=float(noises[at] / fall),
        beyond=float(beyond[at]),
        fall=fall,
        rise=_rise(rows, logged=x, fall=fall),
    )


def _residuals(rows: list[MeasuredLoss], *, x: Columns, y: Columns, spread: Columns) -> tuple[Columns, Columns]:
    """Return what is left beside the parabola, and its standard errors: of the log, and of the windows of the text."""
    powers = np.vander(x - x.mean(), 3)
    left = np.eye(len(x)) - powers @ np.linalg.pinv(powers)
    slope = float(np.polyfit(x, y, 1)[0]) if np.ptp(x) > 0 else 0.0
    of_log = (left**2) @ (slope * spread) ** 2
    windows = {len(row.each) for row in rows}
    if len(windows) == 1 and (count := windows.pop()) > 1:
        each = left @ np.array([row.each for row in rows])
        of_text = each.var(axis=1, ddof=1) / count
    else:
        of_text = (left**2) @ np.array([row.stderr**2 for row in rows])
    return left @ y, np.sqrt(of_log + of_text)


def _rise(rows: list[MeasuredLoss], *, logged: Columns, fall: float) -> _Rise | None:
    """The largest rise between neighbours, where the logged loss does not rise by half as much."""
    found = [
        _Rise((after.loss - before.loss - NOISE * _paired(before, after)) / fall, before, after)
        for at, (before, after) in enumerate(pairwise(rows))
        if logged[at + 1] - logged[at] < (after.loss - before.loss) / 2
    ]
    return max(found, key=lambda rise: rise.share, default=None)


def _paired(a: MeasuredLoss, b: MeasuredLoss) -> float:
    """Standard error of the difference of two checkpoints on the same windows."""
    if len(a.each) == len(b.each) > 1:
        return float(np.std(np.subtract(b.each, a.each), ddof=1) / math.sqrt(len(a.each)))
    return math.hypot(a.stderr, b.stderr)


def _judged(found: list[_Apart], *, conditions: tuple[Precondition, ...]) -> Finding:
    worst = max(found, key=lambda item: item.beyond)
    rises = [item.rise for item in found if item.rise]
    highest = max(rises, key=lambda rise: rise.share, default=None)
    apart = worst.beyond > APART
    risen = not apart and highest is not None and highest.share > RISE
    step = worst.loss.step
    reason, span = "", Span(worst.quantity, step, step)
    if apart:
        reason = "a checkpoint lies off the curve of measured and logged losses"
    elif risen and highest:
        reason = "the measured loss rises where the logged one does not"
        span = Span(worst.quantity, highest.before.step, highest.after.step)
    level = CONTRADICTION if worst.beyond > FAR_APART else TO_EXPLAIN if apart or risen else 0
    return Finding(
        CHECK,
        Outcome.DEVIATES if level else Outcome.SHOWN,
        level,
        figure={
            "off_curve": worst.share,
            "stderr": worst.noise,
            "beyond_noise": worst.beyond,
            "measured": worst.loss.loss,
            "logged": worst.logged,
            "at_step": step,
            "fall": worst.fall,
        }
        | ({"largest_rise": highest.share} if highest else {}),
        expected={"beyond_noise_at_most": APART, "rise_at_most": RISE},
        reason=reason,
        ground=GROUND,
        data=(worst.quantity, worst.loss.text_digest, f"{step}: {worst.loss.digest}"),
        preconditions=conditions,
        spans=(span,) if level else (),
    )
