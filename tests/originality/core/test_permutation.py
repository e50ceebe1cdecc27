import numpy as np
import pytest
from scipy.stats import kstest

from originality.core.gains import compare_gains, independent_cosine
from originality.core.permutation import permutation_test


def rows(seed, n=64, k=24):
    return np.random.default_rng(seed).normal(size=(n, k)).astype(np.float32)


def test_moments_are_those_of_all_permutations():
    a, b = rows(1, n=5), rows(2, n=5)
    from itertools import permutations

    left, right = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    cosines = left @ right.T
    sums = [sum(cosines[i, p] for i, p in enumerate(order)) for order in permutations(range(5))]

    result = permutation_test(a, b)

    assert result.null_mean * 5 == pytest.approx(np.mean(sums), rel=1e-4)
    assert result.null_sd * 5 == pytest.approx(np.std(sums), rel=1e-4)


def test_independent_rows_give_standard_normal_z():
    z = [permutation_test(rows(2 * s), rows(2 * s + 1)).z for s in range(300)]

    assert kstest(z, "norm").pvalue > 0.01


def test_shared_rows_are_found():
    a = rows(1)

    assert permutation_test(a, a + 0.3 * rows(2)).z > 8


def test_common_direction_of_all_rows_proves_nothing():
    shift = np.full(24, 3.0, np.float32)

    z = [permutation_test(rows(2 * s) + shift, rows(2 * s + 1) + shift).z for s in range(60)]

    assert np.abs(z).max() < 4


def test_monte_carlo_is_never_below_its_resolution():
    a = rows(1)

    assert permutation_test(a, a, draws=99).monte_carlo_p == 0.01


def gains(seed, norms=7, width=96):
    return np.random.default_rng(seed).normal(1, 0.15, (norms, width)).astype(np.float32)


def test_gains_of_strangers_look_alike_and_their_null_says_so():
    result = compare_gains(gains(1), gains(2))

    assert result.cosine > 0.95
    assert abs(result.cosine - result.null_mean) < 4 * result.null_sd
    assert abs(result.pearson) < 0.2


def test_closed_form_is_the_mean_over_channel_orders():
    a, b = gains(1)[0], gains(2)[0]
    random = np.random.default_rng(3)
    drawn = np.mean([a @ b[random.permutation(b.size)] for _ in range(500)])

    expected = drawn / np.linalg.norm(a) / np.linalg.norm(b)

    assert independent_cosine(a, b) == pytest.approx(expected, abs=1e-4)


def test_joint_channel_permutation_is_calibrated():
    p = np.array([10 ** compare_gains(gains(2 * s), gains(2 * s + 1)).joint.log10_p for s in range(100)])

    assert np.mean(p < 0.05) <= 0.12


def test_gains_with_a_common_factor_over_layers_are_calibrated():
    """All norms of one model share a pattern over channels; only the joint permutation allows for that."""

    def model(seed):
        shared = np.random.default_rng(seed).normal(0, 0.2, (1, 96))
        return (gains(seed + 1000) + shared).astype(np.float32)

    p = np.array([10 ** compare_gains(model(2 * s), model(2 * s + 1)).joint.log10_p for s in range(100)])

    assert np.mean(p < 0.05) <= 0.12
