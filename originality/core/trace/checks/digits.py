"""The digits of a log: no stretch of values comes twice, and one program writes its numbers in one way."""

import math
from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import Points, data_of, events_of, points_of
from originality.core.trace.checks.writing import units
from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "digits"
QUANTITIES = ("loss", "validation_loss", "grad_norm")
CHANCE = 1e-6  # of one stretch twice in a whole log
LONGEST, SHORTEST = 64, 6
FEWEST = 50
MOST_POINTS = 10_000_000
GROUND = (
    "two values of a noisy series are equal by chance with its unit over 2·sqrt(pi) deviations; the stretch looked for is so "
    "long that one pair is expected less than once in a million logs"
)
FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Twice(NamedTuple):
    """Stretches of `length` points beginning at these places hold the same values, or the same differences."""

    quantity: str
    first: int
    second: int
    length: int
    shifted: bool


def digits(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Look for stretches that come twice, as they are or raised by a constant."""
    series = {name: points for name in QUANTITIES if (points := points_of(logs, name)) and points.total >= FEWEST}
    conditions = (Precondition("fifty values of a noisy quantity in the logs", bool(series)),)
    data = data_of(logs, *series)
    if not series:
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, "too few values in the logs", GROUND, data, conditions)
    figure: dict[str, Any] = {"values": {name: points.total for name, points in series.items()}}
    lengths = {name: length for name, points in series.items() if (length := _length(points))}
    expected = {"longest_stretch_twice_below": lengths}
    if not lengths:
        reason = "the values are rounded too far to tell a copy from chance"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, figure, expected, reason, GROUND, data, conditions)
    for name, length in lengths.items():
        found = _twice(name, series[name], length)
        if found is None or _replayed(found, series[name], facts):
            continue
        points = series[name]
        spans = tuple(
            Span(name, int(points.step[at]), int(points.step[min(at + found.length - 1, points.total - 1)]))
            for at in (found.first, found.second)
        )
        figure |= {"points": found.length, "from_step": spans[0].first, "again_from_step": spans[1].first}
        reason = DIFFERENCES_TWICE if found.shifted else VALUES_TWICE
        return Finding(CHECK, Outcome.DEVIATES, TO_EXPLAIN, figure, expected, reason, GROUND, data, conditions, spans)
    return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)


VALUES_TWICE = "the same values stand at two places of the log"
DIFFERENCES_TWICE = "the same rise and fall stands at two places of the log, raised by a constant"


def _unit(points: Points) -> float:
    """Return the step in which the values are written, of their middle."""
    return float(np.median(units(points.value[:MOST_POINTS]))) or 1e-12


def _length(points: Points) -> int | None:
    """Return how many equal values in a row chance does not give; None where no length would do, or the values have no noise."""
    moved = np.diff(points.value[:MOST_POINTS])
    spread = float(np.median(np.abs(moved))) / 0.6745 / math.sqrt(2)
    if spread <= 0:
        return None
    chance = min(1.0, 4 * _unit(points) / (2 * math.sqrt(math.pi) * spread))
    if not 0.0 < chance < 1.0:
        return None
    pairs = points.total**2 / 2
    length = math.ceil((math.log(pairs) - math.log(CHANCE)) / -math.log(chance))
    return max(SHORTEST, length) if length <= min(LONGEST, points.total // 4) else None


def _twice(name: str, points: Points, length: int) -> Twice | None:
    values = points.value[:MOST_POINTS]
    unit = _unit(points)
    # two grids half a cell apart: a difference that rounding moves over the edge of one lies inside a cell of the other
    moved = np.diff(values) / (4 * unit)
    keys = ((values / unit, False), (moved, True), (moved + 0.5, True))
    for column, shifted in keys:
        found = _same(np.round(column).astype(np.int64), length)
        if found is not None:
            first, second = _back(column, *found)
            return Twice(name, first, second, _reach(column, first, second), shifted)
    return None


def _same(column: np.ndarray, length: int) -> tuple[int, int] | None:
    """Return the places of two equal stretches of `length` numbers that do not overlap and do not stand still.

    A polynomial hash modulo 2^64 of every window is sorted; what it finds is compared number by number.
    """
    count = len(column) - length + 1
    if count < 2:
        return None
    keys = column.astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    keys ^= keys >> np.uint64(29)
    hashed = np.zeros(count, np.uint64)
    for at in range(length):
        hashed = hashed * FACTOR + keys[at : at + count]
    order = np.argsort(hashed, kind="stable")
    equal = np.flatnonzero(hashed[order[1:]] == hashed[order[:-1]])
    for place in equal[:10_000]:
        first, second = int(order[place]), int(order[place + 1])
        window = column[first : first + length]
        varied = len(np.unique(window)) > length // 2
        if varied and second - first >= length and np.array_equal(window, column[second : second + length]):
            return first, second
    return None


def _back(column: np.ndarray, first: int, second: int) -> tuple[int, int]:
    """Return where two equal stretches begin."""
    apart = np.abs(column[:first] - column[second - first : second]) > 1.5
    back = first - int(np.flatnonzero(apart)[-1]) - 1 if apart.any() else first
    back = min(back, second - first)
    return first - back, second - back


def _reach(column: np.ndarray, first: int, second: int) -> int:
    """Return how far two stretches stay within a unit of each other."""
    most = min(len(column) - second, second - first)
    apart = np.abs(column[first : first + most] - column[second : second + most]) > 1.5
    return int(np.flatnonzero(apart)[0]) if apart.any() else most


def _replayed(found: Twice, points: Points, facts: Facts) -> bool:
    """A deterministic program that goes back to a checkpoint writes the same values again under later steps."""
    first, second = int(points.step[found.first]), int(points.step[found.second])
    other = points.segment[found.first] != points.segment[found.second]
    return bool(other) and any(first <= event <= second for event in events_of(facts, "restart", "rollback"))
