"""From a test's figures to a level; the thresholds are the plan, frozen and digested before any weight is read."""

import math
from typing import Any, NamedTuple

from originality.core.exact import EqualityResult
from originality.core.permutation import PermutationResult
from originality.core.signs import SignResult

P_COMMON = 1e-6
P_ANOMALY = 1e-3
R2_COMMON = 0.01
Z_PERMUTATION = 8.0
Z_CONTROL = 6.0

THRESHOLDS: dict[str, str] = {
    "p_adj_common_origin": "1e-6",
    "p_adj_anomaly": "1e-3",
    "r2_common_origin": "0.01",
    "z_permutation": "8",
    "z_control": "6",
    "excess_of_equal_elements": "0.01",
}


class Adjusted(NamedTuple):
    """log10 of the p-value after Bonferroni, and the level it leads to."""

    log10_p_adj: float
    level: int

    @property
    def p_adj(self) -> float:
        return 10.0**self.log10_p_adj


def adjust(log10_p: float, *, tests: int) -> float:
    return min(0.0, log10_p + math.log10(max(tests, 1)))


def level_of_signs(result: SignResult, *, tests: int) -> Adjusted:
    """Level 2 asks for p, an effect, and a broken match that shows nothing."""
    value = adjust(result.log10_p, tests=tests)
    if value < math.log10(P_COMMON) and result.r2 >= R2_COMMON and abs(result.control_z) < Z_CONTROL:
        return Adjusted(value, 2)
    return Adjusted(value, 1 if value < math.log10(P_ANOMALY) else 0)


def level_of_permutation(result: PermutationResult, *, tests: int, highest: int = 2) -> Adjusted:
    """The normal approximation is trusted for level 2 only from z ≥ 8."""
    value = adjust(result.log10_p, tests=tests)
    effect = max(result.mean_cosine - result.null_mean, 0.0) ** 2
    if value < math.log10(P_COMMON) and result.z >= Z_PERMUTATION and effect >= R2_COMMON:
        return Adjusted(value, highest)
    return Adjusted(value, 1 if value < math.log10(P_ANOMALY) else 0)


def level_of_equality(result: EqualityResult, *, tests: int, highest: int = 3) -> Adjusted:
    """Equality of content that nobody may have trained is an anomaly at most: `highest` says so."""
    value = adjust(result.log10_p, tests=tests)
    return Adjusted(value, highest if result.beyond_chance and value < math.log10(P_COMMON) else 0)


def detectable_r2(*, n: int, k: int, tests: int) -> float:
    """Return the R² at which the expected z of n units, seen in k dimensions, reaches level 2; 1 where none can.

    A unit's c has mean 2ρ and variance 2/k, and z = Σc/√(Σc²) never exceeds √n: a block of few units is blind on its own.
    """
    needed = 2 * math.log(tests / P_COMMON)  # of z²
    if n <= needed:
        return 1.0
    return min(1.0, max(R2_COMMON, needed / (2 * k * (n - needed))))


def thresholds() -> dict[str, Any]:
    return dict(THRESHOLDS)
