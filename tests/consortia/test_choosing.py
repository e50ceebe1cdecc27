"""Which benchmarks are taken: by the number of teams alone, whatever the order and spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consortia.choosing import Proposed, choose, fold

TEAMS = st.sampled_from(["garam", "nuri", "dasom", "raon", "maru"])
ROWS = st.lists(
    st.builds(Proposed, TEAMS, st.sampled_from(["KMMLU", "kmmlu", "GPQA Diamond", "gpqa-diamond"]), st.sampled_from(["1", "2"])),
    max_size=20,
)  # fmt: skip
MANY = settings(max_examples=500)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("GPQA Diamond", "v1"), ("gpqa-diamond", "V1"), True),
        (("ＫＭＭＬＵ", "1.0"), ("KMMLU", "1.0"), True),
        (("한국어 이해", "1"), ("한국어이해", "1"), True),
        (("MMLU", "1.0"), ("MMLU", "10"), False),
        (("MMLU", "1"), ("MMLU+", "1"), False),
        (("MMLU", "1"), ("MMLU", "2"), False),
    ],
)
def test_spellings_of_one_benchmark(one, other, same):
    assert (fold(*one) == fold(*other)) is same


def test_a_team_counts_once():
    rows = [Proposed("garam", name, "1") for name in ("KMMLU", "kmmlu", "K-MMLU")]
    assert [(choice.teams, choice.taken) for choice in choose(rows, minimum=2)] == [(("garam",), False)]


def test_a_minimum_below_one_is_refused():
    with pytest.raises(ValueError, match="minimum"):
        choose([], minimum=0)


@MANY
@given(ROWS, st.randoms(), st.integers(1, 5))
def test_order_means_nothing(rows, random, minimum):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert choose(shuffled, minimum=minimum) == choose(rows, minimum=minimum)


@MANY
@given(ROWS, st.integers(1, 5))
def test_taken_says_exactly_whether_enough_teams_proposed(rows, minimum):
    for choice in choose(rows, minimum=minimum):
        teams = {row.team for row in rows if fold(row.name, row.version) == choice.key}
        assert (set(choice.teams), choice.taken) == (teams, len(teams) >= minimum)


@MANY
@given(ROWS, ROWS, st.integers(1, 5))
def test_one_more_proposal_never_drops_a_benchmark(rows, more, minimum):
    taken = {choice.key for choice in choose(rows, minimum=minimum) if choice.taken}
    assert taken <= {choice.key for choice in choose([*rows, *more], minimum=minimum) if choice.taken}
