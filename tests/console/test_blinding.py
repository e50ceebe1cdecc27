"""Orders and code names: fair, apart for every evaluator, and the same again from the same seed."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from portal.console.blinding import CONSONANTS, DIGITS, blinded

SEED = "5f" * 32
entries = st.lists(st.text("ABCDEFGH123", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)
seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(seeds, entries, st.randoms())
def test_the_order_of_the_entries_carries_nothing(seed, rows, random):
    shuffled = random.sample(rows, len(rows))

    assert blinded(seed, evaluator="1", entries=rows) == blinded(seed, evaluator="1", entries=shuffled)


@given(seeds, entries)
def test_every_entry_has_one_place_and_one_name(seed, rows):
    found = blinded(seed, evaluator="1", entries=rows)

    assert [row.position for row in found] == list(range(1, len(rows) + 1))
    assert {row.entry for row in found} == set(rows)
    assert len({row.code_name for row in found}) == len(rows)


@given(seeds, entries)
def test_names_are_of_one_shape_and_never_a_brand(seed, rows):
    for row in blinded(seed, evaluator="1", entries=rows):
        first, second, third, fourth = row.code_name
        assert {first, third} <= set(CONSONANTS)
        assert {second, fourth} <= set(DIGITS)


def test_two_evaluators_share_no_name():
    first = blinded(SEED, evaluator="1", entries="ABCD")
    second = blinded(SEED, evaluator="2", entries="ABCD", taken={row.code_name for row in first})

    assert not {row.code_name for row in first} & {row.code_name for row in second}


def test_each_entry_comes_first_equally_often():
    firsts = Counter(blinded(SEED, evaluator=str(person), entries="ABCD")[0].entry for person in range(4000))

    assert all(900 < firsts[entry] < 1100 for entry in "ABCD")
