"""Permutation test where no sign group exists: plain MLP units, gate rows, gains and embedding channels.

Only what the initialiser makes exchangeable is permuted: units, or residual channels jointly over all layers; never
tokens. S = Σ C_ii of the matrix of row cosines, against its exact permutation mean and variance.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.projection import Matrix


class PermutationResult(NamedTuple):
    n: int
    z: float
    log10_p: float
    mean_cosine: float
    null_mean: float
    null_sd: float
    monte_carlo_p: float | None


def permutation_test(a: Matrix, b: Matrix, *, draws: int = 0, seed: int = 7) -> PermutationResult:
    """Compare rows of a and b (n, k) at the same index; draws > 0 adds a Monte Carlo p, never below 1/(draws + 1)."""
    from scipy.special import log_ndtr

    left, right = _unit_rows(a), _unit_rows(b)
    n = len(left)
    mean, variance = _moments(left, right)
    diagonal = float(np.einsum("ij,ij->", left, right))
    scale = math.sqrt(variance)
    z = (diagonal - mean) / scale if scale > 0 else 0.0
    return PermutationResult(
        n=n,
        z=z,
        log10_p=float(log_ndtr(-z)) / math.log(10),
        mean_cosine=diagonal / n,
        null_mean=mean / n,
        null_sd=scale / n,
        monte_carlo_p=_monte_carlo(left, right, observed=diagonal, draws=draws, seed=seed) if draws else None,
    )


def _moments(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """E = ΣC/n and Var = Σ(C − C_i· − C_·j + C_··)²/(n − 1) without forming C = a bᵀ: O(n k²)."""
    n = len(a)
    sum_a, sum_b = a.sum(0), b.sum(0)
    total = float(sum_a @ sum_b)
    row_means, column_means = a @ sum_b / n, b @ sum_a / n
    squares = float(np.sum((a.T @ a) * (b.T @ b)))  # ‖a bᵀ‖²
    grand = total / (n * n)
    centred = squares - n * float(row_means @ row_means) - n * float(column_means @ column_means) + (n * grand) ** 2
    return total / n, max(centred, 0.0) / (n - 1) if n > 1 else 0.0


def _monte_carlo(a: NDArray[np.float64], b: NDArray[np.float64], *, observed: float, draws: int, seed: int) -> float:
    random = np.random.default_rng(seed)
    cosines = a @ b.T
    index = np.arange(len(a))
    hits = sum(float(cosines[index, random.permutation(index)].sum()) >= observed for _ in range(draws))
    return (1 + hits) / (draws + 1)


def _unit_rows(rows: Matrix) -> NDArray[np.float64]:
    wide = rows.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
