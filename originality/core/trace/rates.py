"""Learning rates by step: as a declared schedule gives them and as the log holds them, and their sum over a leg."""

import math

import numpy as np
from numpy.typing import NDArray

from originality.core.trace.facts import Facts, Schedule
from originality.core.trace.model import Logs, Series

MOST_STEPS = 1 << 20  # a longer leg is summed at this many evenly spaced steps
Rates = NDArray[np.float64]


def declared_rates(schedule: Schedule, steps: Rates) -> Rates | None:
    """Return the learning rate at each step, counted from 0; None for a kind that has no formula.

    Linear warm-up, then constant, linear or cosine down to `final` at `total_steps`, or stable until `decay_start` and
    linear from there.
    """
    step = np.asarray(steps, np.float64)
    if schedule.kind == "other" or (schedule.kind != "constant" and not schedule.total_steps):
        return None
    warm = np.minimum(1.0, (step + 1) / schedule.warmup_steps) if schedule.warmup_steps else np.ones_like(step)
    if schedule.kind == "constant":
        return schedule.peak * warm
    begin = schedule.decay_start if schedule.kind == "wsd" else schedule.warmup_steps
    if begin is None:
        return None
    left = max(1, (schedule.total_steps or 0) - begin)
    done = np.clip((step - begin) / left, 0.0, 1.0)
    fall = (1 - np.cos(math.pi * done)) / 2 if schedule.kind == "cosine" else done
    return (schedule.peak - (schedule.peak - schedule.final) * fall) * warm


def logged_rates(logs: Logs, steps: Rates) -> Rates | None:
    """Return the logged learning rate at each step, straight lines between points; None where the log ends before them."""
    series = logs.series.get("learning_rate")
    points = _finite(series) if series is not None else None
    if points is None:
        return None
    at, value = points
    spacing = float(np.median(np.diff(at))) if len(at) > 1 else 0.0
    if steps[0] < at[0] - 2 * spacing - 1 or steps[-1] > at[-1] + 2 * spacing + 1:
        return None
    return np.interp(steps, at, value)


def _finite(series: Series) -> tuple[Rates, Rates] | None:
    good = np.isfinite(series.value)
    if not good.any():
        return None
    return series.step[good].astype(np.float64), series.value[good]


def largest_mass(logs: Logs, facts: Facts, first: int, last: int) -> float | None:
    """Σ of the learning rate over the steps of a leg, of log and declaration the larger at every step; None if neither is known.

    One step more than the leg has is summed, since programs count the step of a checkpoint from 0 or from 1.
    """
    count = min(last - first + 1, MOST_STEPS)
    steps = np.linspace(first, last, count)
    schedule = facts.declaration.schedule if facts.declaration else None
    changed = facts.declaration and any(event.kind == "schedule change" for event in facts.declaration.events)
    found = [logged_rates(logs, steps)]
    if schedule and not (changed and found[0] is not None):
        found.append(declared_rates(schedule, steps))
    known = [rates for rates in found if rates is not None]
    if not known:
        return None
    return float(np.maximum.reduce(known).sum()) * (last - first + 1) / count
