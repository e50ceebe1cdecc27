"""The sign test: negating unit i of a gated MLP changes nothing a network computes, so the initialiser threw its sign.

An instance of the permutation-test framework of Zhu, Ahmed, Kuditipudi and Liang, "Independence Tests for Language
Models" (ICML 2025), with the group {±1}^n; the use of this group awaits outside review.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.exact import chernoff_log10_p
from originality.core.projection import Matrix
from originality.core.units import UnitBlock

ASSIGNMENT_LIMIT = 1_024  # above it mutual nearest neighbours, O(n²k): an assignment of strangers' 1,536 takes 0.6 s
MAGNITUDE_LIMIT = 512  # the same for channels of attention, of which there are fewer
TOGETHER = 128  # units whose cosines with all others are held at once
Agreements = NDArray[np.float64]
LN10 = math.log(10)


class SignResult(NamedTuple):
    """z of Σc over independent signs; log10_p is Hoeffding's bound, valid for any n; k units of n agree."""

    n: int
    z: float
    log10_p: float
    agreement: float
    log10_p_binomial: float
    r2: float
    control_z: float

    @property
    def p(self) -> float:
        return 10.0**self.log10_p


def agreements(a: UnitBlock, b: UnitBlock, *, partner: NDArray[np.int64] | None = None, shift: int = 0) -> Agreements:
    """Return c_i = ⟨reads_a, reads_b⟩ + ⟨writes_a, writes_b⟩ for matched units; shift breaks the match, as a control."""
    rows = np.arange(a.count) if partner is None else np.flatnonzero(partner >= 0)
    columns = rows if partner is None else partner[rows]
    if shift:
        columns = np.roll(columns, shift)
    reads = np.einsum("ij,ij->i", a.reads[rows], b.reads[columns], dtype=np.float64)
    return reads + np.einsum("ij,ij->i", a.writes[rows], b.writes[columns], dtype=np.float64)


def sign_test(matched: Agreements, *, shifted: Agreements) -> SignResult:
    """Test one block, or several pooled: `matched` may be the concatenation of blocks with independent signs."""
    n = matched.size
    k = int((matched > 0).sum())
    z = z_of(matched)
    return SignResult(
        n=n,
        z=z,
        log10_p=hoeffding_log10_p(z),
        agreement=k / n if n else 0.5,
        log10_p_binomial=_binomial_log10_p(k, n=n),
        r2=effect_r2(matched),
        control_z=z_of(shifted),
    )


def _binomial_log10_p(k: int, *, n: int) -> float:
    from scipy.stats import binom

    exact = float(binom.logsf(k - 1, n, 0.5)) / LN10 if n else 0.0
    return exact if math.isfinite(exact) else chernoff_log10_p(k, n=n, chance=0.5)


def hoeffding_log10_p(z: float) -> float:
    """P ≤ exp(−z²/2) for a weighted sum of independent signs; nothing is claimed for z ≤ 0."""
    return -(z * z) / 2 / LN10 if z > 0 else 0.0


def effect_r2(matched: Agreements) -> float:
    """Share of one side's unit vectors explained by the other's: squared mean cosine (c is a sum of two cosines)."""
    return min(1.0, float(np.mean(matched) / 2) ** 2) if matched.size and np.mean(matched) > 0 else 0.0


def pool(results: Iterable[Agreements]) -> Agreements:
    parts = list(results)
    return np.concatenate(parts) if parts else np.zeros(0)


def match_units(a: Matrix, b: Matrix) -> NDArray[np.int64]:
    """Return π with π[i] = partner of unit i in b, or −1; from gate rows only, so it cannot see the signs."""
    if max(len(a), len(b)) > ASSIGNMENT_LIMIT:
        return mutual_nearest(a, b)
    return _assigned(a @ b.T)


def match_magnitudes(a: UnitBlock, b: UnitBlock) -> NDArray[np.int64]:
    """Return π from |c_ij|: negating a unit changes no |c|, so the signs of the matched c stay independent coins."""
    left, right = np.hstack([a.reads, a.writes]), np.hstack([b.reads, b.writes])
    if max(len(left), len(right)) <= MAGNITUDE_LIMIT:
        return _assigned(np.abs(left @ right.T))
    return mutual_nearest(left, right, blind=True)


def _assigned(similar: Matrix) -> NDArray[np.int64]:
    from scipy.optimize import linear_sum_assignment

    partner = np.full(len(similar), -1, np.int64)
    rows, columns = linear_sum_assignment(similar, maximize=True)
    partner[rows] = columns
    return partner


def mutual_nearest(a: Matrix, b: Matrix, *, blind: bool = False) -> NDArray[np.int64]:
    """Return π[i] = j where i and j have each the largest product (blind: in size) with the other, else −1."""
    best_of_a, best_value = np.zeros(len(a), np.int64), np.full(len(b), -np.inf, np.float32)
    best_of_b = np.zeros(len(b), np.int64)
    for start in range(0, len(a), TOGETHER):
        cosines = a[start : start + TOGETHER] @ b.T
        if blind:
            np.abs(cosines, out=cosines)
        best_of_a[start : start + TOGETHER] = cosines.argmax(1)
        local = cosines.argmax(0)
        better = cosines[local, np.arange(len(b))] > best_value
        best_value[better] = cosines[local[better], np.flatnonzero(better)]
        best_of_b[better] = local[better] + start
    mutual = best_of_b[best_of_a] == np.arange(len(a))
    return np.where(mutual, best_of_a, -1)


def gate_similarity(a: UnitBlock, b: UnitBlock, *, sample: int = 64) -> float:
    """Mean best cosine of sampled gate rows: about the largest of n random cosines for strangers, near 1 for kin."""
    if a.gate is None or b.gate is None:
        return 0.0
    rows = np.linspace(0, a.count - 1, min(sample, a.count)).astype(np.int64)
    return float((a.gate[rows] @ b.gate.T).max(axis=1).mean())


def z_of(matched: Agreements) -> float:
    scale = math.sqrt(float(np.sum(matched * matched)))
    return float(np.sum(matched)) / scale if scale else 0.0
