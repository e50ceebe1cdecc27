"""The verdict on a reported figure: its interval, and what pairs are worth."""

from itertools import product
from statistics import NormalDist

import pytest

from portal.measurements.comparing import LEVELS, Figure, Rule, believed_error, compare

RULE = Rule(level="0.95", tolerance="0.01")


def items(right, of=40):
    return {str(number): float(number < right) for number in range(of)}


def test_the_same_answers_are_reproduced_without_any_width():
    same = compare(Figure("0.75", "0.07"), Figure("0.75", "0.07"), rule=RULE, items=(items(30), items(30)))

    assert same == ("0", "0", "0", True, True)


def test_pairs_find_what_independent_errors_hide():
    reported, found = Figure("0.75", "0.068"), Figure("0.55", "0.078")

    assert compare(reported, found, rule=RULE).agrees
    paired = compare(reported, found, rule=RULE, items=(items(30), items(22)))
    assert (paired.paired, paired.agrees, paired.difference) == (True, False, "0.2")


@pytest.mark.parametrize(
    "mine",
    [items(30, of=39), items(10), {"0": 1.0}],
    ids=["other items", "samples that do not give the figure", "one item"],
)
def test_samples_that_are_not_the_figure_count_for_nothing(mine):
    outcome = compare(Figure("0.75", "0.07"), Figure("0.55", "0.08"), rule=RULE, items=(mine, items(22)))

    assert outcome == compare(Figure("0.75", "0.07"), Figure("0.55", "0.08"), rule=RULE)


def test_a_large_error_of_the_team_does_not_agree_with_everything():
    reported, found = Figure("0.95", "0.5"), Figure("0.60", "0.02")

    honest = compare(reported._replace(stderr="0.03"), found, rule=RULE)
    assert compare(reported, found, rule=RULE) == honest
    assert not honest.agrees


def test_where_the_run_has_no_error_a_share_has_the_binomial_one_and_other_metrics_none():
    reported = Figure("0.70", "0.5")

    share, other = Figure("0.5", "", 100), Figure("0.5")
    assert believed_error(reported, share) == 0.05
    assert believed_error(reported, other) == 0
    assert compare(reported, Figure("0.62", "", 100), rule=RULE).agrees
    assert not compare(reported, share, rule=RULE).agrees


def test_values_by_item_beyond_those_of_the_run_count_for_nothing():
    wild = {str(number): (31.0 if number % 2 else -29.5) for number in range(40)}  # their mean is 0.75
    outcome = compare(Figure("0.75", "0.07"), Figure("0.25", "0.07"), rule=RULE, items=(wild, items(10)))

    assert (outcome.paired, outcome.agrees) == (False, False)


def test_an_interval_by_item_is_never_wider_than_that_of_both_errors():
    turned = {str(number): float(number >= 10) for number in range(40)}  # as many right, on other items
    paired = compare(Figure("0.75", "0.068"), Figure("0.25", "0.068"), rule=RULE, items=(turned, items(10)))

    assert paired.paired
    assert float(paired.high) - float(paired.low) <= 2 * RULE.z * (0.068**2 * 2) ** 0.5 + 1e-5


@pytest.mark.parametrize(("level", "sign"), product(LEVELS, (1, -1)))
def test_the_interval_has_the_width_of_its_level_on_both_sides(level, sign):
    z = NormalDist().inv_cdf(0.5 + float(level) / 2)
    reach = round(z * 0.05 + 0.01, 3)
    inside, outside = (Figure(f"{0.5 + sign * (reach + step):.3f}", "0.03") for step in (-0.002, 0.002))
    rule = Rule(level, "0.01")

    assert compare(inside, Figure("0.5", "0.04"), rule=rule).agrees
    assert not compare(outside, Figure("0.5", "0.04"), rule=rule).agrees


def test_without_errors_the_tolerance_alone_decides_and_its_edge_belongs_to_it():
    assert compare(Figure("0.51"), Figure("0.5"), rule=RULE).agrees
    assert not compare(Figure("0.5101"), Figure("0.5"), rule=RULE).agrees
