"""The times of a log: within one start of the program they never go back, and no two steps take exactly as long."""

from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import (
    DAY,
    HOUR,
    Points,
    data_of,
    events_of,
    in_segments,
    is_near,
    moment_of,
    points_of,
    rounded,
    shown_moment,
    spacing,
)
from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "clock"
JITTER = 60.0  # seconds: several writers flush within a minute of each other
EVEN = 1e-6  # deviation of intervals over their mean: no machine is as even
FEWEST = 100
GROUND = "time passes forward at an uneven pace; a restart may bring another clock, which the team declares"


class Broken(NamedTuple):
    reason: str
    step: int
    before: int
    seconds: float


def clock(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Look inside every segment and between segments; a declared change of the clock explains what lies between."""
    series = {name: points for name in logs.series if (points := _timed(points_of(logs, name))) is not None}
    conditions = (Precondition("times in the logs", bool(series)),)
    data = data_of(logs, *series)
    if not series:
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, "the logs carry no times", GROUND, data, conditions)
    figure: dict[str, Any] = _extent(series)
    name, broken = next(
        ((name, found) for name, points in series.items() if (found := _broken(points, facts))), ("", None)
    )
    if broken is None and "loss" in series:
        name, broken = "loss", _even(series["loss"])
    if broken is None:
        name, broken = next(iter(series)), _outside(series, facts)
    expected = {"backward_at_most_seconds": JITTER}
    if broken is None:
        return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)
    figure |= {"at_step": broken.step, "seconds": rounded(broken.seconds)}
    spans = (Span(name, broken.before, broken.step),)
    return Finding(
        CHECK, Outcome.DEVIATES, TO_EXPLAIN, figure, expected, broken.reason, GROUND, data, conditions, spans
    )


def _timed(points: Points | None) -> Points | None:
    if points is None:
        return None
    good = np.isfinite(points.time) & (points.time > 0)
    if int(good.sum()) < 2:
        return None
    return Points(points.step[good], points.value[good], points.time[good], points.segment[good])


def _extent(series: dict[str, Points]) -> dict[str, Any]:
    first = min(float(points.time.min()) for points in series.values())
    last = max(float(points.time.max()) for points in series.values())
    return {"first": shown_moment(first), "last": shown_moment(last), "hours": rounded((last - first) / HOUR, 4)}


def _broken(points: Points, facts: Facts) -> Broken | None:
    """Where the time goes back by more than writers differ."""
    back = np.flatnonzero(np.diff(points.time) < -JITTER)
    changes = events_of(facts, "clock change")
    for place in back[:1000]:
        step, before = int(points.step[place + 1]), int(points.step[place])
        if is_near(step, changes, within=max(10 * spacing(points), 2.0)):
            continue
        same = points.segment[place] == points.segment[place + 1]
        reason = "the time goes back inside one start of the program" if same else "a later start has earlier times"
        return Broken(reason, step, before, float(points.time[place] - points.time[place + 1]))
    return None


def _even(points: Points) -> Broken | None:
    """Intervals that are all alike to a millionth, in a log whose times are finer than that."""
    for part in in_segments(points):
        times = points.time[part]
        if len(times) < FEWEST:
            continue
        steps, gaps = np.diff(points.step[part]).astype(float), np.diff(times)
        pace = gaps / np.maximum(steps, 1.0)
        mean = float(pace.mean())
        unit = max(float(np.spacing(times[0])), _unit(times))
        if mean > 0 and unit < 1e-3 * mean and float(pace.std()) < max(EVEN * mean, 2 * float(np.spacing(times[0]))):
            first, last = int(points.step[part][0]), int(points.step[part][-1])
            return Broken("all steps took exactly as long", last, first, mean)
    return None


def _unit(times: np.ndarray) -> float:
    """Return the unit to which times are rounded: a second, a thousandth or finer."""
    for unit in (1.0, 1e-1, 1e-2, 1e-3):
        if np.allclose(times[:1000] / unit, np.round(times[:1000] / unit), rtol=0, atol=1e-4):
            return unit
    return 0.0


def _outside(series: dict[str, Points], facts: Facts) -> Broken | None:
    """Times outside the declared beginning and end by more than a day."""
    declared = facts.declaration
    begun = moment_of(declared.started) if declared else None
    ended = moment_of(declared.ended) if declared else None
    if events_of(facts, "clock change"):
        return None
    for points in series.values():
        early, late = int(points.time.argmin()), int(points.time.argmax())
        if begun is not None and points.time[early] < begun - DAY:
            step = int(points.step[early])
            return Broken("the logs begin before the declared beginning", step, step, begun - float(points.time[early]))
        if ended is not None and points.time[late] > ended + 2 * DAY:
            step = int(points.step[late])
            return Broken("the logs go on after the declared end", step, step, float(points.time[late]) - ended)
    return None
