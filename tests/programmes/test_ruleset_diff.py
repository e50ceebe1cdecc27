"""What two rule sets do not have in common, found by the names of their rows."""

import copy
import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.programmes.ruleset import diff
from portal.programmes.ruleset.diff import compare, row_at
from tests.factories.programmes import rules_document

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["key", "a", "b"]), inner, max_size=3),
    max_leaves=12,
)


@pytest.fixture
def rules():
    return rules_document("dokja-2026-phase1")


def changed(document, *steps, **values):
    """A copy in which the mapping at `steps` has other values."""
    copied = copy.deepcopy(document)
    place = copied
    for step in steps:
        place = place[step]
    place.update(values)
    return copied


def told(before, after):
    return [change[:3] for change in compare(before, after)]


def test_the_example_in_the_docstring():
    assert doctest.testmod(diff).failed == 0


def test_the_same_rules_have_no_change(rules):
    assert compare(rules, copy.deepcopy(rules)) == ()


def test_a_value_is_found_by_the_names_of_its_rows(rules):
    after = changed(rules, "parts", 3, "criteria", 1, max=20)
    assert told(rules, after) == [("parts[expert].criteria[results].max", 15, 20)]


def test_a_row_that_came_or_went_is_one_change(rules):
    after = copy.deepcopy(rules)
    gone = after["parts"].pop(0)
    assert told(rules, after) == [("parts[nia]", gone, None)]
    assert told(after, rules) == [("parts[nia]", None, gone)]


def test_rows_in_another_order_are_an_order_and_nothing_else(rules):
    after = copy.deepcopy(rules)
    after["parts"] = after["parts"][1:] + after["parts"][:1]
    keys = ["nia", "common", "individual", "expert", "user"]
    assert told(rules, after) == [("parts", keys, [*keys[1:], "nia"])]


def test_a_list_of_plain_values_is_compared_as_a_whole(rules):
    assert told(rules, {**rules, "tie_break": ["benchmark"]}) == [("tie_break", ["expert", "benchmark"], ["benchmark"])]


def test_a_number_and_its_text_are_told_apart(rules):
    assert told(rules, {**rules, "points": "100"}) == [("points", 100, "100")]


def test_anchors_and_assumptions_have_names_too(rules):
    after = changed(rules, "parts", 3, "criteria", 0, "anchors", 0, "text", ko="다름")
    after["assumptions"][0] = {**after["assumptions"][0], "en": "Other."}
    assert [row.path for row in compare(rules, after)] == [
        "parts[expert].criteria[strategy].anchors[3].text.ko",
        "assumptions[parts[0].formula].en",
    ]


def test_a_step_leads_back_to_its_row(rules):
    assert row_at(rules["parts"], "[expert]") is rules["parts"][3]
    assert row_at(rules["parts"], "[nobody]") is None


@settings(max_examples=500)
@given(DOCUMENTS)
def test_nothing_differs_from_itself(document):
    assert compare(document, copy.deepcopy(document)) == ()


@settings(max_examples=500)
@given(DOCUMENTS, DOCUMENTS)
def test_differences_read_backwards_are_the_same_differences(before, after):
    forth = {(row.path, repr(row.before), repr(row.after)) for row in compare(before, after)}
    back = {(row.path, repr(row.after), repr(row.before)) for row in compare(after, before)}
    assert forth == back
