"""Who would go under other weights: by hand on a small field, and by properties on any."""

import json
import random
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.common.formats.canonical import canonical_json
from portal.review.scoring import tally
from portal.review.scoring.inputs import parse_bundle
from portal.review.scoring.outcome import standings_of
from portal.review.scoring.sensitivity import _field, sensitivity, spans_of, weightings
from tests.review.tally_bundles import bundle, measured_part, measurement, ruleset
from tests.review.test_scoring_properties import fields

GOLDEN = Path(__file__).parents[1] / "golden"
EXAMPLES = settings(max_examples=500, deadline=None)


def two_parts(*, seats_of=None):
    """A leads one part, B the other, C is second in both: 60 and 40 points."""
    rules = ruleset([measured_part("x", points=60), measured_part("y", points=40)])
    values = {"A": ("0.9", "0.1"), "B": ("0.2", "0.8"), "C": ("0.6", "0.5")}
    rows = [
        measurement(code, value, part=part)
        for code, pair in values.items()
        for part, value in zip(("x", "y"), pair, strict=True)
    ]
    return bundle(rules, entries="ABC", measurements=rows)


def test_a_small_field_by_hand():
    """Totals at weight w of x: A 10 + 0.8 w, B 80 - 0.6 w, C 50 + 0.1 w; B = A at 50, C = B at 300/7, C = A at 400/7."""
    document = sensitivity(two_parts(), seats=1)

    spans = {row["part"]: [(span["exact"], span["ahead"]) for span in row["spans"]] for row in document["parts"]}
    assert spans["x"] == [(["0", "300/7"], ["B"]), (["300/7", "400/7"], ["C"]), (["400/7", "100"], ["A"])]
    assert document["ahead"] == ["A"]
    assert document["grid"]["weightings"] == 5
    assert [(row["ahead"], row["weightings"], row["moved"]) for row in document["grid"]["outcomes"]] == [
        (["A"], 3, "0"),
        (["C"], 2, "5"),
    ]
    assert [row["goes_on"] for row in document["grid"]["entries"]] == [3, 0, 2]


def test_a_field_in_which_everybody_goes_on_has_no_other_outcome():
    for seats in (0, 3, 9):
        assert sensitivity(two_parts(), seats=seats)["grid"] is None


def test_an_entry_that_failed_a_gate_is_not_in_the_field():
    document = two_parts()
    document["gates"] = [{"gate": "originality", "entry": "A", "verdict": "fail", "decision": ""}]

    assert sensitivity(document, seats=1)["entries"] == ["B", "C"]


def test_the_published_weights_of_2026_give_the_published_outcome():
    document = sensitivity(json.loads((GOLDEN / "phase2-2026.json").read_text()), seats=3)

    assert document["ahead"] == ["T1", "T2", "T3"]
    assert (document["grid"]["weightings"], document["grid"]["outcomes"][0]["weightings"]) == (381, 353)


def test_the_command_needs_no_django_and_prints_the_same_twice():
    code = "import sys; sys.modules['django'] = None; from portal.review.scoring.sensitivity import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, str(GOLDEN / "phase2-2026.json"), "3"]

    first, second = (subprocess.run(command, check=True, capture_output=True).stdout for _run in range(2))

    assert first == second
    assert json.loads(first)["schema"] == "sensitivity/1"


@EXAMPLES
@given(fields(), st.integers(1, 3))
def test_the_published_weights_go_as_the_tally_goes(document, seats):
    found = sensitivity(document, seats=seats)

    ranks = {row["code"]: row["rank_among_eligible"] for row in tally(document).document["entries"]}
    if found["grid"] is not None:
        assert found["ahead"] == sorted(code for code, place in ranks.items() if place is not None and place <= seats)


@settings(max_examples=150, deadline=None)
@given(fields(), st.integers(1, 3), st.integers())
def test_order_carries_no_meaning(document, seats, seed):
    shuffled = {**document}
    for key in ("entries", "sheets", "measurements"):
        shuffled[key] = random.Random(seed).sample(document[key], len(document[key]))

    assert canonical_json(sensitivity(shuffled, seats=seats)) == canonical_json(sensitivity(document, seats=seats))


@EXAMPLES
@given(fields(), st.integers(1, 3), st.fractions(0, 1, max_denominator=97))
def test_every_weight_lies_in_the_span_that_says_who_goes_on_there(document, seats, where):
    """Exact totals at that weight, computed apart from the lines."""
    parsed = parse_bundle(document)
    standings = [row for row in standings_of(parsed) if row.total is not None and row.eligible]
    if len(standings) <= seats:
        return
    field = _field(standings, ruleset=parsed.ruleset, seats=seats)
    for part, published in field.published.items():
        weight = where * field.whole
        scale = (field.whole - weight) / (field.whole - published)
        totals = {
            code: sum(share * (weight if key == part else field.published[key] * scale) for key, share in row.items())
            for code, row in field.shares.items()
        }
        ahead = tuple(
            sorted(code for code, mine in totals.items() if sum(other > mine for other in totals.values()) < seats)
        )
        spans = spans_of(field, part)

        assert (spans[0].first, spans[-1].last) == (0, field.whole)
        assert all(left.last == right.first for left, right in pairwise(spans))
        inside = [span for span in spans if span.first < weight < span.last]
        if inside and len(set(totals.values())) == len(totals):
            assert inside[0].ahead == ahead


@EXAMPLES
@given(st.lists(st.integers(1, 60), min_size=2, max_size=7))
def test_weightings_keep_the_sum_and_never_fall_below_zero(points):
    published = {f"p{number}": Fraction(value) for number, value in enumerate(points)}

    found = list(weightings(published)) if len(points) != 6 else []

    assert all(sum(weights.values()) == sum(points) for weights in found)
    assert all(min(weights.values()) >= 0 for weights in found)
    assert not found or published in found
