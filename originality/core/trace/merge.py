"""The starts of a run put together: of two values at one step the later start's, copies of a log recognised.

What an earlier start has beyond the last step of a later one stays: nothing is lost, and the segment of each point says
whose it is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from originality.core.trace.model import Seam, Series

SAME_TIME = 60.0  # seconds within which two files that tell one step were written by one program at one time
SAME_VALUE = 1e-6  # relative: a text and an event file of one number


class Shared(NamedTuple):
    """What a start has in common with those before it."""

    overlap: int
    differing: int
    covered: int  # points of earlier starts between its first and last step
    same_time: bool  # None of the shared steps is told at another time
    timed: bool
    earlier_end: float  # last time of the earlier starts at the shared steps


class Merged(NamedTuple):
    series: Series
    seams: list[Seam]
    repeated: int
    concurrent: list[int]


def each_step_once(points: np.ndarray, *, segment: int) -> tuple[Series, int]:
    """Sort by step and keep the last value of each; returns how many points were told more than once."""
    step = points["step"]
    repeated = 0
    if len(step) > 1 and not (step[1:] > step[:-1]).all():
        order = np.argsort(step, kind="stable")
        step = step[order]
        keep = np.append(step[1:] != step[:-1], True)
        points = points[order[keep]]
        repeated = len(order) - len(points)
    columns = [np.ascontiguousarray(points[name]) for name in ("step", "value", "time")]
    return Series(columns[0], columns[1], columns[2], np.full(len(points), segment, np.int16)), repeated


def merge(pieces: Iterable[tuple[int, int, np.ndarray]]) -> Merged:
    """Merge (segment, file, points) in the order of their starts."""
    kept: list[Series] = []
    seams: list[Seam] = []
    repeated, concurrent, before, last_file = 0, [], None, -1
    for segment, file, points in pieces:
        series, again = each_step_once(points, segment=segment)
        repeated += again
        place = _touched(kept, series)
        touched = kept[place]
        shared = _shared(touched, series)
        copy = shared.overlap > 0 and shared.same_time and not shared.differing and file != last_file
        if _beside(shared, series, kept) and file != last_file:
            concurrent.append(segment)
            continue
        if copy and shared.overlap == len(series):
            _lend_times(series, touched)
            continue
        if before is not None and not (copy and shared.overlap == shared.covered):
            seams.append(Seam(int(series.step[0]), int(before.step[-1]), shared.overlap, shared.differing))
        kept[place] = _take_over(touched, _with_times(series, touched))
        before, last_file = series, file
    return Merged(_joined(kept), seams, repeated, concurrent)


def _beside(shared: Shared, series: Series, kept: list[Series]) -> bool:
    """Two programs that wrote at one time, ranks for instance: not one started after the other."""
    if not (shared.timed and shared.same_time and shared.differing):
        return False
    if _begun(series) >= shared.earlier_end:
        return False
    return shared.overlap >= min(len(series), sum(len(part) for part in kept)) / 2


def _touched(kept: list[Series], series: Series) -> slice:
    """Which parts, ordered and disjoint as they are, have steps between the first and the last of a start."""
    left = bisect_left(kept, int(series.step[0]), key=lambda part: int(part.step[-1]))
    return slice(left, bisect_right(kept, int(series.step[-1]), lo=left, key=lambda part: int(part.step[0])))


def _begun(series: Series) -> float:
    timed = series.time[series.time > 0]
    return float(timed.min()) if len(timed) else 0.0


def _shared(kept: list[Series], series: Series) -> Shared:
    """Compare with the earlier starts where both tell a step."""
    overlap = differing = covered = 0
    shifts, ends = [np.zeros(0)], [0.0]
    for part in kept:
        left, right = np.searchsorted(part.step, [series.step[0], series.step[-1] + 1])
        covered += int(right - left)
        where = np.minimum(np.searchsorted(series.step, part.step[left:right]), len(series) - 1)
        both = np.flatnonzero(series.step[where] == part.step[left:right])
        mine, theirs = where[both], left + both
        overlap += len(both)
        differing += int(_differs(series.value[mine], part.value[theirs]).sum())
        timed = (series.time[mine] > 0) & (part.time[theirs] > 0)
        shifts.append(np.abs(series.time[mine] - part.time[theirs])[timed])
        ends.append(float(part.time[theirs].max()) if len(theirs) else 0.0)
    shift = np.concatenate(shifts)
    return Shared(
        overlap, differing, covered, not len(shift) or bool(np.median(shift) < SAME_TIME), len(shift) > 0, max(ends)
    )


def _differs(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(left - right) <= SAME_VALUE * np.maximum(np.abs(left), np.abs(right))
    return ~(near | (left == right) | (np.isnan(left) & np.isnan(right)))


def _with_times(series: Series, kept: list[Series]) -> Series:
    """A copy without times keeps those of the log that it repeats."""
    if len(series.time) and series.time.max() > 0:
        return series
    time = series.time.copy()
    for part in kept:
        where = np.minimum(np.searchsorted(series.step, part.step), len(series) - 1)
        both = (series.step[where] == part.step) & ~_differs(series.value[where], part.value)
        time[where[both]] = part.time[both]
    return Series(series.step, series.value, time, series.segment)


def _lend_times(series: Series, kept: list[Series]) -> None:
    """A log that is already there without times, from a table, takes those of its copy."""
    for part in kept:
        where = np.minimum(np.searchsorted(series.step, part.step), len(series) - 1)
        both = (series.step[where] == part.step) & (part.time == 0)
        part.time[both] = series.time[where[both]]


def _take_over(kept: list[Series], series: Series) -> list[Series]:
    """Put a start in among the parts that it touches; it wins between its first and last step."""
    first, last = series.step[0], series.step[-1]
    before: list[Series] = []
    after: list[Series] = []
    for part in kept:
        left, right = np.searchsorted(part.step, [first, last + 1])
        before += [_cut(part, slice(None, left))] if left else []
        after += [_cut(part, slice(right, None))] if right < len(part) else []
    return [*before, series, *after]


def _cut(series: Series, where: slice) -> Series:
    return Series(series.step[where], series.value[where], series.time[where], series.segment[where])


def _joined(parts: list[Series]) -> Series:
    if not parts:
        return Series(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.int16))
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate(column) for column in zip(*[tuple(part) for part in parts], strict=True)]
    return Series(columns[0], columns[1], columns[2], columns[3])
