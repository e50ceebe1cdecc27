"""Equality element by element, beside the equality that chance alone gives."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MIN_ELEMENTS = 32
MIN_EXCESS = 0.01  # elements at one place are not quite independent; a smaller excess is never called identity
LN10 = math.log(10)


class EqualityResult(NamedTuple):
    """fraction of equal elements, the fraction expected by chance, and log10 of the binomial tail."""

    n: int
    fraction: float
    chance: float
    log10_p: float

    @property
    def beyond_chance(self) -> bool:
        return self.n >= MIN_ELEMENTS and self.fraction - self.chance >= MIN_EXCESS


def equality(*, equal: int, n: int, chance: float) -> EqualityResult:
    return EqualityResult(n, equal / n if n else 0.0, chance, chernoff_log10_p(equal, n=n, chance=chance))


def chernoff_log10_p(hits: int, *, n: int, chance: float) -> float:
    """Bound P(X ≥ hits) of a binomial by −n·KL(hits/n ‖ chance): finite where the tail itself underflows."""
    fraction, chance = hits / max(n, 1), min(max(chance, 1e-12), 1 - 1e-12)
    if fraction <= chance:
        return 0.0
    inside = fraction * math.log(fraction / chance)
    outside = (1 - fraction) * math.log((1 - fraction) / (1 - chance)) if fraction < 1 else 0.0
    return -n * (inside + outside) / LN10


def chance_level(a: NDArray[np.integer], b: NDArray[np.integer]) -> float:
    """Return Σ_v p_a(v)·p_b(v) from two samples of bfloat16 codes: unbiased when the samples are independent.

    For float32 content it is an upper bound: two different float32 values may share a code.
    """
    values_a, counts_a = np.unique(a, return_counts=True)
    values_b, counts_b = np.unique(b, return_counts=True)
    _, left, right = np.intersect1d(values_a, values_b, assume_unique=True, return_indices=True)
    return float(counts_a[left] @ counts_b[right]) / max(a.size * b.size, 1)
