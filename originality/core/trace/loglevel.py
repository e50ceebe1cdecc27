"""The level of a noisy curve at a step: the mean of as many points before it as after it, and how sure it is."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from originality.core.trace.model import Series

MOST = 101  # points of which a mean is taken
OF_GAP = 0.25  # how far it reaches towards the nearest other step that is asked for
FEWEST_AT_END = 5
Columns = NDArray[np.float64]


def level_at(series: Series, steps: Sequence[int], at: int) -> tuple[float, float] | None:
    """Return (level, standard error) at steps[at]; None where the curve has no point near it.

    A mean over equally many points on both sides is free of the slope. At the first step a single point is taken, since a
    loss falls fastest there; at the last step the end of a straight line through the points before it.
    """
    good = np.isfinite(series.value)
    step, value = series.step[good].astype(np.float64), series.value[good]
    gaps = [abs(steps[i] - steps[at]) for i in (at - 1, at + 1) if 0 <= i < len(steps)]
    reach = OF_GAP * min(gaps, default=1)
    if not step.size:
        return None
    away = np.abs(step - steps[at])
    nearest = int(np.argmin(away))
    if away[nearest] > max(1.0, 2 * reach):
        return None
    sure = _noise(value)
    inside = min(reach, steps[at] - step[0], step[-1] - steps[at])
    near = _closest(away, inside)
    if near.size >= 3:
        return float(value[near].mean()), sure / math.sqrt(near.size)
    near = _closest(away, reach)
    if steps[at] >= step[-1] - reach / 2 and near.size >= FEWEST_AT_END and np.ptp(step[near]) > 0:
        return float(np.polyfit(step[near] - steps[at], value[near], 1)[1]), 2 * sure / math.sqrt(near.size)
    return float(value[nearest]), sure


def _closest(away: Columns, reach: float) -> NDArray[np.intp]:
    inside = np.flatnonzero(away <= reach + 1e-9)
    return inside[np.argsort(away[inside], kind="stable")[:MOST]]


def _noise(value: Columns) -> float:
    """The deviation of a point, from third differences: what is smooth falls out of them, and their median ignores spikes."""
    third = value[3:] - 3 * value[2:-1] + 3 * value[1:-2] - value[:-3]
    return float(1.4826 * np.median(np.abs(third)) / math.sqrt(20)) if third.size else 0.0
