"""Paired comparison: known answers, calibration under no difference, and properties that hold for any pair."""

import random
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binomtest

from evaluation.core.paired import Scored, compare, compare_all, holm


def table(values, weights=None):
    weights = weights or [1.0] * len(values)
    return {f"item {n}": Scored(float(v), w) for n, (v, w) in enumerate(zip(values, weights, strict=True))}


def pair(first, second, **options):
    return compare(table(first), table(second), names=("a", "b"), **({"seed": 7, "resamples": 2000} | options))


def test_right_or_wrong_is_tested_exactly():
    found = pair([1] * 9 + [0] * 3 + [1] * 20, [0] * 9 + [1] * 3 + [1] * 20)

    assert found.p == pytest.approx(binomtest(3, 12).pvalue)
    assert found.difference == pytest.approx(6 / 32)
    assert found.low < found.difference < found.high
    assert found.test == "exact"


def test_equal_answers_differ_by_nothing():
    found = pair([1, 0, 1, 1], [1, 0, 1, 1])

    assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_weights_of_texts_give_the_figure_of_the_run():
    bits, size = [80.0, 30.0, 12.5], [40.0, 10.0, 5.0]
    first, second = table(bits, size), table([2 * one for one in bits], size)

    found = compare(first, second, names=("a", "b"), seed=1, resamples=500)

    assert found.first_value == pytest.approx(sum(bits) / sum(size))
    assert found.difference == pytest.approx(-sum(bits) / sum(size))
    assert 0 < found.p <= 1


def test_swapping_the_entries_turns_the_sign_and_nothing_else():
    draw = random.Random(3)
    first, second = ([draw.random() for _ in range(40)] for _ in range(2))

    one, other = pair(first, second), pair(second, first)

    assert one.difference == pytest.approx(-other.difference)
    assert one.p == other.p
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=0.02)


def test_the_same_seed_gives_the_same_document_whoever_else_takes_part():
    draw = random.Random(5)
    tables = {name: table([draw.random() for _ in range(30)]) for name in "abc"}

    two = compare_all({name: tables[name] for name in "ab"}, seed=11, resamples=500)
    three = compare_all(tables, seed=11, resamples=500)

    assert three[0]._replace(p_holm=None) == two[0]._replace(p_holm=None)
    assert [(row.first, row.second) for row in three] == [("a", "b"), ("a", "c"), ("b", "c")]


def test_only_items_of_both_count_and_the_others_are_told():
    first, second = table([1, 0, 1, 1]), table([0, 0, 1])

    found = compare(first, second, names=("a", "b"), seed=1, resamples=100)

    assert (found.n, found.left_out, found.first_value) == (3, 1, pytest.approx(2 / 3))


@pytest.mark.parametrize("items", [0, 1])
def test_too_few_items_give_no_figure(items):
    found = pair([1] * items, [0] * items)

    assert (found.n, found.difference, found.p) == (items, None, None)


@pytest.mark.parametrize(
    ("second", "told"),
    [(table([1, 1], [2.0, 1.0]), "not asked the same"), (table([1, float("nan")]), "no finite figure")],
)
def test_runs_that_cannot_be_compared_are_refused(second, told):
    with pytest.raises(ValueError, match=told):
        compare(table([1, 0]), second, names=("a", "b"), seed=1)


def test_holm_is_monotone_and_never_below_the_chance_itself():
    draw = random.Random(2)
    for _ in range(50):
        chances = [draw.random() ** 3 for _ in range(draw.randint(1, 12))]
        adjusted = holm(chances)
        assert all(p <= q <= 1 for p, q in zip(chances, adjusted, strict=True))
        in_order = [q for _p, q in sorted(zip(chances, adjusted, strict=True))]
        assert all(one <= other for one, other in pairwise(in_order))
        assert min(adjusted) == pytest.approx(min(1, min(chances) * len(chances)))


def test_without_a_difference_chance_is_rarely_small_and_the_interval_holds():
    """200 families of three equal models on 60 items: a bound of 5 %, met within four standard errors of the count."""
    draw = np.random.default_rng(17)
    false, held, pairs = 0, 0, 0
    for seed in range(200):
        rows = {name: table(draw.integers(0, 2, 60).tolist()) for name in "abc"}
        found = compare_all(rows, seed=seed, resamples=300)
        false += any(row.p_holm < 0.05 for row in found)
        held += sum(row.low <= 0 <= row.high for row in found)
        pairs += len(found)

    assert false <= 200 * 0.05 + 4 * (200 * 0.05 * 0.95) ** 0.5
    assert held / pairs > 0.9
