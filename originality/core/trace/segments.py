"""Where a training program was started again: told by a new file, or by steps that go back inside one."""

from typing import NamedTuple

import numba
import numpy as np

from originality.core.trace.model import Segment
from originality.core.trace.spool import Found, Kept, Sink, Spool

MOST_IN_A_FILE = 1_000
WINDOW = 64  # points that may come late
LOOK_BACK = 256
MOST_LOOKS = 100_000
RESTART, LATE = 1, 2
LAST = 1 << 62  # beyond every place in a file


class Part(NamedTuple):
    """A segment and the places of its file that belong to it: from `start` to before `end`."""

    segment: Segment
    file: int
    start: int
    end: int


@numba.njit(cache=True)
def _goes_back(step: np.ndarray, kind: np.ndarray) -> int:
    """Mark where steps go back: RESTART where steps are told again, LATE where a few come out of order; count the late."""
    top, looks, late, i = step[0], 0, 0, 1
    while i < len(step):
        if step[i] >= step[i - 1] or step[i] > top:
            top = max(top, step[i])
            i += 1
            continue
        end = i
        while end < len(step) and end - i <= WINDOW and step[end] <= top:
            end += 1
        again = end - i > WINDOW
        for j in range(i, end):
            if again or looks >= MOST_LOOKS:
                break
            for before in range(max(0, i - LOOK_BACK), i):
                again = again or step[before] == step[j]
        looks += 1
        if again:
            kind[i] = RESTART
            top = step[i]
            i += 1
        else:
            kind[i] = LATE
            late += end - i
            i = end
    return late


def parts_of_file(spool: Spool, sink: Sink, keys: list[Found]) -> list[Part]:
    """Divide one file into its starts, in the order of the file."""
    candidates: list[tuple[int, int]] = []
    for key in keys:
        if not spool.kept[key].goes_back:
            continue
        points = spool.take(key)
        step = np.ascontiguousarray(points["step"])
        kind = np.zeros(len(step), np.int8)
        if late := _goes_back(step, kind):
            first = int(points["place"][np.flatnonzero(kind == LATE)[0]])
            sink.note(first, f"{key.tag}: {late} points come late, out of the order of steps; they are sorted in")
        places = points["place"]
        where = np.flatnonzero(kind == RESTART)[: 4 * MOST_IN_A_FILE]
        candidates += zip(places[where].tolist(), places[where - 1].tolist(), strict=True)
    if candidates and len(starts := _accepted(sorted(candidates), sink)) > 1:
        return _parts(spool, sink, keys, starts)
    return [_whole(sink, [spool.kept[key] for key in keys])] if keys else []


def _whole(sink: Sink, kept: list[Kept]) -> Part:
    """A file of one start."""
    segment = Segment(
        sink.name,
        min(item.first for item in kept),
        max(item.last for item in kept),
        min((item.begun for item in kept if item.begun), default=0.0),
        min(item.place for item in kept),
        not sink.zoneless,
    )
    return Part(segment, sink.file, -1, LAST)


def _accepted(candidates: list[tuple[int, int]], sink: Sink) -> list[int]:
    """A name goes back once for each start: those that follow a start already found belong to it."""
    starts = [-1]
    for place, before in candidates:
        if before < starts[-1]:
            continue
        if len(starts) >= MOST_IN_A_FILE:
            sink.note(place, f"steps go back more than {MOST_IN_A_FILE} times; from here they are sorted")
            break
        sink.note(place, "steps go back: the program was started again here, or points were told twice")
        starts.append(place)
    return starts


def _parts(spool: Spool, sink: Sink, keys: list[Found], starts: list[int]) -> list[Part]:
    """Steps and times of each start; the ends are exclusive."""
    count = len(starts)
    first = np.full(count, LAST)
    last = np.full(count, -LAST)
    place = np.full(count, LAST)
    begun = np.full(count, np.inf)
    for key in keys:
        points = spool.take(key)
        edges = np.searchsorted(points["place"], [*starts[1:], LAST])
        for number, (left, right) in enumerate(zip([0, *edges[:-1]], edges, strict=True)):
            mine = points[left:right]
            if not len(mine):
                continue
            first[number] = min(first[number], mine["step"].min())
            last[number] = max(last[number], mine["step"].max())
            place[number] = min(place[number], mine["place"][0])
            timed = mine["time"][mine["time"] > 0]
            begun[number] = min(begun[number], timed.min()) if len(timed) else begun[number]
    ends = [*starts[1:], LAST]
    return [
        Part(
            Segment(
                sink.name,
                int(first[number]),
                int(last[number]),
                float(begun[number]) if np.isfinite(begun[number]) else 0.0,
                int(place[number]),
                not sink.zoneless,
            ),
            sink.file,
            start,
            int(ends[number]),
        )
        for number, start in enumerate(starts)
        if first[number] <= last[number]
    ]


def in_order(files: list[list[Part]]) -> list[Part]:
    """Starts of all files: those of one file stay together, files without times come first, then by their first time."""
    ordered = sorted(
        (parts for parts in files if parts),
        key=lambda parts: (
            parts[0].segment.begun,
            parts[0].segment.first_step,
            parts[0].segment.last_step,
            parts[0].segment.file,
        ),
    )
    return [part for parts in ordered for part in parts]
