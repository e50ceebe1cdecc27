"""What the tests give on strangers: their z-values, counts of agreeing signs and p-values, beside the laws they claim."""

import math
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
BAND = 0.99
BINS = np.arange(-4.0, 4.01, 0.5)


class Law(NamedTuple):
    """z-values beside N(0, 1)."""

    values: int
    mean: float
    sd: float
    largest: float
    ks_p: float

    @property
    def holds(self) -> bool:
        return 0.9 <= self.sd <= 1.1 and self.ks_p >= 0.01


class Counts(NamedTuple):
    """Agreeing signs over all pairs beside Binomial(n, ½)."""

    agreeing: int
    total: int
    low: int
    high: int

    @property
    def holds(self) -> bool:
        return self.low <= self.agreeing <= self.high


class Nulls(NamedTuple):
    """z-values by test, counts of signs, and joint p-values of norm gains."""

    z: dict[str, Values]
    signs: Counts
    gains_p: Values


def law(z: Values) -> Law:
    from scipy.stats import kstest

    return Law(z.size, float(z.mean()), float(z.std()), float(np.abs(z).max()), float(kstest(z, "norm").pvalue))


def histogram(z: Values, *, width: int = 44) -> list[str]:
    """Return one line per bin, a bar of what was seen and a mark where N(0, 1) expects it."""
    from scipy.stats import norm

    edges = np.concatenate([[-np.inf], BINS, [np.inf]])
    seen = np.histogram(z, np.concatenate([[min(-99.0, z.min())], BINS, [max(99.0, z.max())]]))[0]
    expected = np.diff(norm.cdf(edges)) * z.size
    scale = width / max(float(seen.max()), float(expected.max()))
    lines = []
    for low, high, count, wanted in zip(edges[:-1], edges[1:], seen, expected, strict=True):
        bar = list(("█" * round(count * scale)).ljust(width + 1))
        bar[min(width, round(wanted * scale))] = "|"
        lines.append(f"  {low:5.1f} … {high:4.1f}  {count:5d} (expected {wanted:6.1f})  {''.join(bar).rstrip()}")
    return lines


def nulls_of(sketches: list[Any]) -> Nulls:
    """Run the tests themselves on all pairs of unrelated sketches of equal shapes; nothing is selected by its result."""
    z: dict[str, list[float]] = {}
    agreeing, total = 0, 0
    gains_p: list[float] = []
    for a, b in combinations(sketches, 2):
        for name, value, k, n in _of_pair(a, b):
            z.setdefault(name, []).append(value)
            agreeing, total = agreeing + k, total + n
        gains_p += _gains_p(a, b)
    return Nulls({name: np.array(values) for name, values in z.items()}, counts(agreeing, total), np.array(gains_p))


def counts(agreeing: int, total: int) -> Counts:
    from scipy.stats import binom

    low, high = binom.interval(BAND, total, 0.5)
    return Counts(agreeing, total, int(low), int(high))


def _of_pair(a: Any, b: Any) -> Iterator[tuple[str, float, int, int]]:
    """Give (test, z, agreeing signs, signs): every layer against every layer, at the same index and through the gates."""
    from originality.core.signs import agreements, match_units

    for ours, theirs in _blocks(a, b):
        yield _signs(f"signs, {ours.kind}, same index", agreements(ours, theirs))
        if ours.gate is not None and ours.layer == theirs.layer:
            partner = match_units(ours.gate, theirs.gate)
            yield _signs("signs, mlp, through the gates", agreements(ours, theirs, partner=partner))
    yield from _permutations(a, b)


def _blocks(a: Any, b: Any) -> Iterable[tuple[Any, Any]]:
    return [
        (ours, theirs)
        for ours in a.blocks
        for theirs in b.blocks
        if ours.kind == theirs.kind in {"mlp", "attention", "rope"} and ours.reads.shape == theirs.reads.shape
    ]


def _signs(name: str, matched: Values) -> tuple[str, float, int, int]:
    from originality.core.signs import sign_test

    result = sign_test(matched, shifted=matched)
    return name, result.z, int((matched > 0).sum()), matched.size


def _permutations(a: Any, b: Any) -> Iterator[tuple[str, float, int, int]]:
    """Gate rows by unit, and embeddings by channel over the strings that both tokenizers hold."""
    from originality.core.embeddings import embedding_test
    from originality.core.permutation import permutation_test

    for ours, theirs in _blocks(a, b):
        if ours.gate is not None and ours.layer == theirs.layer:
            yield "permutation of units, gate rows", permutation_test(ours.gate, theirs.gate).z, 0, 0
    result, _ = embedding_test(a, b)
    if result is not None:
        yield "permutation of channels, embeddings", result.z, 0, 0


def _gains_p(a: Any, b: Any) -> Iterator[float]:
    """Joint Monte Carlo p of all norm gains, with the layers as they are and moved by one: neither has a common origin."""
    from originality.core.gains import compare_gains

    places = sorted(set(a.gains) & set(b.gains), key=str)
    ours = np.stack([a.gains[place] for place in places])
    theirs = np.stack([b.gains[place] for place in places])
    for shift in range(len(places)):
        joint = compare_gains(ours, np.roll(theirs, shift, axis=0)).joint
        if joint.monte_carlo_p is not None:
            yield joint.monte_carlo_p


def band_of(share: float, count: int) -> float:
    """Return the standard deviation of a share of `count` independent tests."""
    return math.sqrt(share * (1 - share) / count)
