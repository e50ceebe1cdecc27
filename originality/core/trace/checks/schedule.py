"""The logged learning rate beside the declared schedule, over the usual ways to count steps and to write its formula."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import Points, data_of, events_of, points_of, rounded, spans_where
from originality.core.trace.checks.writing import steps_in_one, units
from originality.core.trace.facts import Declaration, Facts, Schedule
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "schedule"
OFFSETS = (-1, 0, 1, 2)  # a log counts updates from nought or from one, before or after the scheduler's step
TOLERANCE = 0.01  # of the peak
SHARE_OUTSIDE = 0.005
FEWEST = 5
MOST_POINTS = 500_000
GROUND = "the declared schedule is a formula; of the usual ways to count its steps the one that fits best is taken"
Ramp = Callable[[np.ndarray], np.ndarray]
RAMPS: dict[str, tuple[Ramp, ...]] = {
    "constant": (np.zeros_like,),
    "linear": (lambda x: x,),
    "cosine": (lambda x: (1 - np.cos(math.pi * x)) / 2,),
    "wsd": (lambda x: x, lambda x: (1 - np.cos(math.pi * x)) / 2, np.sqrt, lambda x: 1 - (1 - x) ** 2),
}


class Fit(NamedTuple):
    """What one way of counting expects, how much it is scaled, and which points lie outside."""

    expected: np.ndarray
    scale: float
    outside: np.ndarray


def schedule(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Compare every logged rate with the declaration; after a declared change of the schedule nothing is compared."""
    rates, declared = points_of(logs, "learning_rate"), facts.declaration
    plan = declared.schedule if declared else None
    conditions = (
        Precondition("a schedule declared with its steps", None if plan is None else _is_complete(plan)),
        Precondition("a learning rate in the logs", rates is not None),
    )
    data = data_of(logs, "learning_rate")
    if plan is None or not _is_complete(plan) or declared is None:
        reason = "no schedule is declared that could be drawn"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, {}, {}, reason, GROUND, data, conditions)
    if rates is None:
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, "no learning rate in the logs", GROUND, data, conditions)
    if steps_in_one(logs, facts) != 1.0:
        reason = "the log counts other steps than the declaration"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, {}, {}, reason, GROUND, data, conditions)
    judged = _before_changes(rates, facts)
    if judged.total < FEWEST:
        reason = "too few learning rates in the logs before the schedule was changed"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {"points": judged.total}, {}, reason, GROUND, data, conditions)
    ways = _ways(logs, judged, plan, facts)
    return _finding(judged, plan, facts, ways=ways, data=data, conditions=conditions)


def _finding(
    rates: Points,
    plan: Schedule,
    facts: Facts,
    *,
    ways: list[np.ndarray],
    data: tuple[str, ...],
    conditions: tuple[Precondition, ...],
) -> Finding:
    excused = _rewarming(rates, plan, facts)
    free = _free_scale(facts.declaration)
    curves = (curve for steps in ways for curve in _curves(steps, rates, plan))
    fits = (_fit(rates, curve, plan, free=free, excused=excused) for curve in curves)
    best = min(fits, key=lambda fit: (int(fit.outside.sum()), float(np.abs(rates.value - fit.expected).sum())))
    outside = int(best.outside.sum())
    scaled = plan.peak * best.scale or 1.0
    apart = np.abs(rates.value - best.expected) / scaled
    worst = int(apart.argmax())
    figure: dict[str, Any] = {
        "points": rates.total,
        "outside": outside,
        "largest_difference_of_peak": rounded(float(apart[worst]), 3),
        "at_step": int(rates.step[worst]),
        "logged": rounded(float(rates.value[worst])),
        "declared": rounded(float(best.expected[worst])),
    }
    if free:
        figure["scale"] = rounded(best.scale, 4)
    rounding = float(units(rates.value).max()) / scaled
    expected = {
        "outside_at_most": max(2, math.floor(SHARE_OUTSIDE * rates.total)),
        "tolerance_of_peak": TOLERANCE,
        "rounding_of_peak": rounded(rounding, 2),
    }
    deviates = outside > expected["outside_at_most"]
    spans: tuple[Span, ...] = spans_where("learning_rate", rates, best.outside) if deviates else ()
    return Finding(
        CHECK,
        Outcome.DEVIATES if deviates else Outcome.SHOWN,
        TO_EXPLAIN if deviates else 0,
        figure,
        expected,
        "the logged learning rate leaves the declared schedule" if deviates else "",
        GROUND,
        data,
        conditions,
        spans,
    )


def _is_complete(plan: Schedule) -> bool:
    if plan.kind == "constant":
        return True
    if plan.kind == "wsd" and plan.decay_start is None:
        return False
    return plan.kind in RAMPS and plan.total_steps is not None


def _free_scale(declared: Declaration | None) -> bool:
    """Where two optimisers step one model, the log may keep the rate of either."""
    by = declared.optimiser if declared else None
    return bool(by and (by.name == "muon" or by.others_for))


def _before_changes(rates: Points, facts: Facts) -> Points:
    """Return the rates before the first declared change, evenly thinned where a log has millions."""
    changes = events_of(facts, "schedule change")
    last = int(np.searchsorted(rates.step, changes[0])) if changes else rates.total
    return Points(*(column[: last : max(1, last // MOST_POINTS)] for column in rates))


def _rewarming(rates: Points, plan: Schedule, facts: Facts) -> np.ndarray:
    """Steps after a declared restart in which the rate may be warmed up anew."""
    flags = np.zeros(rates.total, bool)
    for event in events_of(facts, "restart", "rollback"):
        flags |= (rates.step >= event) & (rates.step <= event + plan.warmup_steps)
    return flags


def _fit(rates: Points, curve: np.ndarray, plan: Schedule, *, free: bool, excused: np.ndarray) -> Fit:
    scale = 1.0
    if free and (some := curve > plan.peak * TOLERANCE).any():
        scale = float(np.median(rates.value[some] / curve[some])) or 1.0
    expected = curve * scale
    slope = np.abs(np.gradient(expected, rates.step.astype(float)))
    allowed = TOLERANCE * plan.peak * scale + np.minimum(slope, plan.peak * scale) + units(rates.value)
    outside = np.abs(rates.value - expected) > allowed
    return Fit(expected, scale, outside & ~(excused & (rates.value < expected)))


def _ways(logs: Logs, rates: Points, plan: Schedule, facts: Facts) -> list[np.ndarray]:
    """Return the declared step of every point, in every usual way of counting.

    Where the batch changed, a schedule may run over tokens instead of steps.
    """
    ways = [np.maximum(rates.step + offset, 0).astype(float) for offset in OFFSETS]
    tokens = points_of(logs, "tokens")
    if tokens is not None and plan.total_steps and events_of(facts, "batch change"):
        share = np.interp(rates.step, tokens.step, tokens.value) / max(float(tokens.value[-1]), 1.0)
        ways.extend(np.maximum(share * plan.total_steps + offset, 0.0) for offset in OFFSETS)
    return ways


def _curves(steps: np.ndarray, rates: Points, plan: Schedule) -> Iterator[np.ndarray]:
    """Every usual reading of the formula: the ramp begins after the warm-up or at nought; the warm-up at the first value."""
    begins = {float(plan.decay_start or 0)} if plan.kind == "wsd" else {0.0, float(plan.warmup_steps)}
    for begin in sorted(begins):
        for ramp in RAMPS[plan.kind]:
            yield from _warmed(_ramped(steps, plan, ramp, begin=begin), steps, rates, plan)


def _ramped(steps: np.ndarray, plan: Schedule, ramp: Ramp, *, begin: float) -> np.ndarray:
    if plan.kind == "constant":
        return np.full(len(steps), plan.peak)
    share = np.clip((steps - begin) / max(1.0, float(plan.total_steps or 0) - begin), 0.0, 1.0)
    return plan.peak + (plan.final - plan.peak) * ramp(share)


def _warmed(curve: np.ndarray, steps: np.ndarray, rates: Points, plan: Schedule) -> Iterator[np.ndarray]:
    warm = steps < plan.warmup_steps
    if not warm.any():
        yield curve
        return
    for start in sorted({0.0, float(np.clip(rates.value[0], 0.0, plan.peak))}):
        risen = start + (plan.peak - start) * steps / plan.warmup_steps
        yield np.where(warm, risen, curve)
