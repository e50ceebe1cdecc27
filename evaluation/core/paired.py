"""Two models on the same items: the difference, its 95 % interval, and how often chance gives as much.

Interval: percentile bootstrap over items, drawn in pairs (Efron, Tibshirani 1993). p: McNemar's test in its exact form where
an item is either right or wrong (McNemar 1947), else random exchange of the two models' answers to each item
(Phipson, Smyth 2010: never 0). Family: all pairs of entries within one task and metric, after Holm (1979).
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

RESAMPLES = 10_000
FEWEST = 2  # items: one alone says nothing of its spread
CELLS = 4_000_000  # drawn at once, in numbers
ALPHA = 0.05

Floats = NDArray[np.float64]
Table = Mapping[str, "Scored"]  # by item


class Scored(NamedTuple):
    """One answer: the metric of a run is the sum of `value` over the sum of `weight` (1 per item, or its bytes)."""

    value: float
    weight: float = 1.0


class Difference(NamedTuple):
    """First minus second. `n` items have both; figures are None where there are too few, `p_holm` is for the whole family."""

    first: str
    second: str
    n: int
    left_out: int
    first_value: float | None
    second_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    test: str


def compare_all(tables: Mapping[str, Table], *, seed: int, resamples: int = RESAMPLES) -> list[Difference]:
    """Every pair of entries on one task and metric, in the order of `tables`. The seed is per family, so pairs do not depend on
    how many others there are.
    """
    found = [
        compare(tables[first], tables[second], names=(first, second), seed=seed, resamples=resamples)
        for first, second in combinations(tables, 2)
    ]
    adjusted = iter(holm([row.p for row in found if row.p is not None]))
    return [row if row.p is None else row._replace(p_holm=next(adjusted)) for row in found]


def compare(
    first: Table, second: Table, *, names: tuple[str, str], seed: int, resamples: int = RESAMPLES
) -> Difference:
    """One pair, on the items that both answered. Items weigh the same in both or the comparison is refused."""
    shared = sorted(first.keys() & second.keys())
    left_out = len(first.keys() ^ second.keys())
    if len(shared) < FEWEST:
        return Difference(*names, len(shared), left_out, None, None, None, None, None, None, None, "")
    rows = np.array([(first[key].value, second[key].value, first[key].weight) for key in shared], dtype=np.float64)
    if any(first[key].weight != second[key].weight for key in shared):
        raise ValueError(
            f"{names[0]} and {names[1]} were not asked the same: an item weighs differently in the two runs."
        )
    if not np.isfinite(rows).all() or rows[:, 2].sum() <= 0:
        raise ValueError(f"{names[0]} and {names[1]}: an item has no finite figure, or nothing weighs anything.")
    values = rows[:, :2].sum(axis=0) / rows[:, 2].sum()
    low, high = _interval(rows, seed=seed, resamples=resamples)
    p, test = _chance(rows[:, 0] - rows[:, 1], seed=seed, resamples=resamples)
    difference = float(values[0] - values[1])
    return Difference(
        *names, len(shared), left_out, float(values[0]), float(values[1]), difference, low, high, p, None, test
    )


def _interval(rows: Floats, *, seed: int, resamples: int) -> tuple[float, float]:
    """Equal items are drawn as one kind with a count: the same distribution as drawing them singly, and quick for right or wrong."""
    kinds, counts = np.unique(np.column_stack((rows[:, 0] - rows[:, 1], rows[:, 2])), axis=0, return_counts=True)
    draw = np.random.Generator(np.random.PCG64(seed))
    share = counts / counts.sum()
    means = []
    for size in _batches(resamples, len(kinds)):
        drawn = draw.multinomial(len(rows), share, size=size).astype(np.float64)
        weights = drawn @ kinds[:, 1]
        means.append(np.divide(drawn @ kinds[:, 0], weights, out=np.zeros(size), where=weights > 0))
    low, high = np.quantile(np.concatenate(means), [ALPHA / 2, 1 - ALPHA / 2])
    return float(low), float(high)


def _chance(differences: Floats, *, seed: int, resamples: int) -> tuple[float, str]:
    """Two-sided: exact where every difference has one size, by random exchange otherwise."""
    unequal = differences[differences != 0]
    if not len(unequal):
        return 1.0, "exact"
    sizes = np.abs(unequal)
    if np.all(sizes == sizes[0]):
        fewer = min(int((unequal > 0).sum()), int((unequal < 0).sum()))
        return min(1.0, 2 * float(binom.cdf(fewer, len(unequal), 0.5))), "exact"
    observed = abs(float(unequal.sum()))
    draw = np.random.Generator(np.random.PCG64(seed + 1))
    as_far = 0
    for size in _batches(resamples, len(unequal)):
        signs = draw.integers(0, 2, size=(size, len(unequal)), dtype=np.int8) * 2.0 - 1.0
        as_far += int((np.abs(signs @ unequal) >= observed * (1 - 1e-12)).sum())
    return (as_far + 1) / (resamples + 1), "exchange"


def _batches(total: int, width: int) -> list[int]:
    """Sizes that keep one draw within bounded memory."""
    size = max(1, min(total, CELLS // max(1, width)))
    return [size] * (total // size) + ([total % size] if total % size else [])


def holm(chances: Sequence[float]) -> list[float]:
    """Step-down adjusted chances, in the order given.

    >>> [round(p, 2) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    adjusted, highest = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, chances[place] * (len(chances) - rank)))
        adjusted[place] = highest
    return adjusted
