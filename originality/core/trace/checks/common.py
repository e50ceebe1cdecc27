"""What several checks on logs need: points that are numbers, spans of a curve, declared events, moments."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from originality.core.trace.facts import Facts
from originality.core.trace.finding import Span
from originality.core.trace.model import Logs

MOST_SPANS = 20
HOUR, DAY = 3600.0, 86_400.0


class Points(NamedTuple):
    """The points of a series whose value is a number: step int64, value and time float64, segment int16."""

    step: np.ndarray
    value: np.ndarray
    time: np.ndarray
    segment: np.ndarray

    @property
    def total(self) -> int:
        return len(self.step)


def points_of(logs: Logs, quantity: str) -> Points | None:
    """Return None where the log has no such quantity or no number of it."""
    series = logs.series.get(quantity)
    if series is None:
        return None
    good = np.isfinite(series.value)
    if not good.any():
        return None
    return Points(series.step[good], series.value[good], series.time[good], series.segment[good])


def data_of(logs: Logs, *quantities: str) -> tuple[str, ...]:
    """Return the names under which the log keeps these quantities."""
    return tuple(logs.tags[quantity] for quantity in quantities if quantity in logs.tags)


def spacing(points: Points) -> float:
    """Return the usual number of steps from one point to the next."""
    return float(np.median(np.diff(points.step))) if points.total > 1 else 1.0


def spans_where(quantity: str, points: Points, flags: np.ndarray) -> tuple[Span, ...]:
    """Return the longest stretches of flagged points, in order of step."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    stretches = sorted(zip(edges[::2], edges[1::2], strict=True), key=lambda pair: pair[0] - pair[1])[:MOST_SPANS]
    return tuple(Span(quantity, int(points.step[a]), int(points.step[b - 1])) for a, b in sorted(stretches))


def events_of(facts: Facts, *kinds: str) -> list[int]:
    """Return the steps at which the team says that something of these kinds happened; all kinds where none is named."""
    events = facts.declaration.events if facts.declaration else ()
    return sorted(event.step for event in events if not kinds or event.kind in kinds)


def is_near(step: float, events: list[int], *, within: float) -> bool:
    return any(abs(event - step) <= within for event in events)


def in_segments(points: Points) -> Iterator[slice]:
    """Return the stretches of points that one start of the program wrote, in order of step."""
    edges = np.flatnonzero(np.diff(points.segment)) + 1
    for first, last in zip([0, *edges], [*edges, points.total], strict=True):
        yield slice(int(first), int(last))


def moment_of(text: str) -> float | None:
    """Return seconds since 1970 of a day or a moment, a day without a zone as one of UTC; None for an empty text."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def shown_moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def rounded(value: float, digits: int = 6) -> float:
    """Return a figure as reports keep it: so many significant digits."""
    return float(f"{value:.{digits}g}")
