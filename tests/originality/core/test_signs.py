import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from originality.core.signs import agreements, effect_r2, hoeffding_log10_p, match_units, sign_test
from originality.core.units import UnitBlock


def block(seed, *, n=96, k=32):
    random = np.random.default_rng(seed)

    def unit_rows():
        rows = random.normal(size=(n, k)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return UnitBlock("mlp", 0, ("gate", "up", "down"), unit_rows(), unit_rows(), unit_rows(), folded=False)


def result_of(a, b):
    return sign_test(agreements(a, b), shifted=agreements(a, b, shift=a.count // 2))


def test_z_of_independent_blocks_is_standard_normal():
    z = np.array([result_of(block(2 * seed), block(2 * seed + 1)).z for seed in range(600)])

    assert abs(z.mean()) < 0.15
    assert 0.9 < z.std() < 1.1
    assert np.abs(z).max() < 4.5


def test_agreements_of_independent_blocks_are_coins():
    hits = sum(round(result_of(block(2 * s), block(2 * s + 1)).agreement * 96) for s in range(200))

    low, high = binom.interval(0.99, 200 * 96, 0.5)
    assert low <= hits <= high


def test_a_block_against_itself_agrees_everywhere():
    a = block(1)

    result = result_of(a, a)

    assert result.agreement == 1.0
    assert result.z == pytest.approx(math.sqrt(a.count))
    assert result.r2 == pytest.approx(1.0, abs=1e-5)
    assert abs(result.control_z) < 4.5


@given(st.floats(-50, 50))
def test_hoeffding_bound_is_a_probability(z):
    assert hoeffding_log10_p(z) <= 0
    assert hoeffding_log10_p(z) == pytest.approx(-z * z / 2 / math.log(10) if z > 0 else 0)


def test_hoeffding_bound_holds_for_coins():
    c = np.random.default_rng(0).normal(size=200)
    signs = np.random.default_rng(1).choice([-1, 1], (20_000, 200))
    z = signs @ c / math.sqrt(c @ c)

    assert np.mean(z >= 2.5) <= 10 ** hoeffding_log10_p(2.5)


def test_gates_lead_back_to_the_same_units():
    gate = block(3).gate
    order = np.random.default_rng(4).permutation(len(gate))

    assert np.array_equal(match_units(gate, gate[order])[order], np.arange(len(gate)))


def test_mutual_neighbours_agree_with_assignment(monkeypatch):
    a, b = block(5).gate, block(5).gate[::-1]
    assigned = match_units(a, b)

    monkeypatch.setattr("originality.core.signs.ASSIGNMENT_LIMIT", 10)

    assert np.array_equal(match_units(a, b), assigned)


def test_effect_is_zero_when_units_disagree():
    assert effect_r2(np.array([-1.0, -0.5])) == 0.0
