"""Norm gains: the figure of the affair, shown only beside what unrelated models give.

Gains are positive numbers around one, so the cosine of any two sets is 0.93–0.99. What carries information is the
pattern over channels, and channels of strangers are exchangeable: one joint permutation for all layers.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.permutation import PermutationResult, permutation_test

Gains = NDArray[np.float32]  # (norms, d_model)
JOINT_DRAWS = 1_999


class GainResult(NamedTuple):
    cosine: float
    pearson: float
    null_mean: float  # closed form for the same gains in random channel order
    null_sd: float  # over joint channel permutations
    pearson_null_sd: float  # the same
    joint: PermutationResult
    norms: int


def compare_gains(a: Gains, b: Gains) -> GainResult:
    """Compare matched norms of equal width; a and b are (norms, d_model) with rows in the same order."""
    cosines = [cosine(x, y) for x, y in zip(a, b, strict=True)]
    pearsons = [cosine(x - x.mean(), y - y.mean()) for x, y in zip(a, b, strict=True)]
    closed = [independent_cosine(x, y) for x, y in zip(a, b, strict=True)]
    return GainResult(
        cosine=float(np.mean(cosines)),
        pearson=float(np.mean(pearsons)),
        null_mean=float(np.mean(closed)),
        null_sd=_null_sd(a, b),
        pearson_null_sd=_null_sd(standardised(a), standardised(b)),
        joint=permutation_test(standardised(a).T, standardised(b).T, draws=JOINT_DRAWS),
        norms=len(a),
    )


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    lengths = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 0.0


def independent_cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return 1/√((1 + CV_a²)(1 + CV_b²)), the mean cosine when the channels of one are in random order."""
    return math.copysign(1, float(a.mean() * b.mean())) / math.sqrt((1 + _cv2(a)) * (1 + _cv2(b)))


def _cv2(values: NDArray[np.float32]) -> float:
    return float(values.var()) / max(float(values.mean()) ** 2, 1e-30)


def _null_sd(a: Gains, b: Gains) -> float:
    """Sd of the mean cosine when all norms of one model share one random channel order."""
    left = a / np.maximum(np.linalg.norm(a, axis=1, keepdims=True), np.float32(1e-30))
    right = b / np.maximum(np.linalg.norm(b, axis=1, keepdims=True), np.float32(1e-30))
    random = np.random.default_rng(11)
    draws = [float(np.sum(left * right[:, random.permutation(a.shape[1])])) / len(a) for _ in range(200)]
    return float(np.std(draws))


def standardised(gains: Gains) -> Gains:
    """Centre and scale each norm, so that none dominates the joint test."""
    centred = gains - gains.mean(axis=1, keepdims=True)
    return centred / np.maximum(centred.std(axis=1, keepdims=True), np.float32(1e-12))
