"""How much of one tensor another explains: B = βA + residual."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class VarianceResult(NamedTuple):
    """r2: share of B's variance explained by A; v = Var(A − B)/(Var A + Var B), 1 for strangers and 0 for equals."""

    n: int
    r2: float
    v: float
    beta: float


def variance_explained(sums: NDArray[np.float64], *, n: int) -> VarianceResult:
    """Take Σa, Σb, Σa², Σb², Σab over n elements."""
    sa, sb, saa, sbb, sab = (float(value) for value in sums)
    var_a, var_b = saa - sa * sa / n, sbb - sb * sb / n
    cov = sab - sa * sb / n
    if var_a <= 0 or var_b <= 0:
        return VarianceResult(n, 0.0, 1.0, 0.0)
    return VarianceResult(n, cov * cov / (var_a * var_b), (var_a + var_b - 2 * cov) / (var_a + var_b), cov / var_a)
