"""What must hold for any scores: order does not matter, more is never less, nothing leaves its bounds, replay is exact."""

import copy
import random
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.common.formats.canonical import canonical_json
from portal.review.scoring import tally
from portal.review.scoring.numbers import round_half_up, show
from tests.review.tally_bundles import bundle, measured_part, measurement, ruleset, sheet, sheets_part

EXAMPLES = settings(max_examples=500, deadline=None)
ENTRIES = "ABCD"
tenths = st.decimals(min_value=0, max_value=10, places=1).map(str)


def score(byte):
    return str(Decimal(byte % 101) / 10)


def rating(byte):
    return str(1 + byte % 5)


def raw(byte):
    return str(Decimal(byte) / 255) if byte % 2 else str(Decimal(byte % 11) / 10)


EXPERT = sheets_part("expert", points=20)
USER = sheets_part(
    "user",
    points=25,
    formula={"sheet": "sum", "reviewers": "sum", "points": "scale_to_best"},
    criteria=[{"key": "c1", "title": {"ko": "c", "en": "c"}, "min": 1, "max": 5}],
)
BENCH = measured_part("bench", points=30)
TARGET = measured_part("target", points=25, formula={"points": "own_over_target", "cap": 1})


@st.composite
def fields(draw):
    """A whole contest: four entries, four experts, three users, two benchmarks; one byte per number, for speed."""
    rounding = {
        "mode": "half_up",
        "stage": draw(st.sampled_from(["item", "part", "total"])),
        "places": draw(st.integers(0, 3)),
        "average_places": 2,
        "average_total_places": 2,
    }
    rules = ruleset([EXPERT, USER, BENCH, TARGET], rounding=rounding, tie_break=["expert", "bench"])
    numbers = iter(draw(st.binary(min_size=13 * len(ENTRIES), max_size=13 * len(ENTRIES))))
    sheets, measurements = [], []
    for code in ENTRIES:
        sheets += [sheet(code, f"r{n}", score(next(numbers)), score(next(numbers))) for n in range(4)]
        sheets += [sheet(code, f"u{n}", rating(next(numbers)), part="user") for n in range(3)]
        measurements.append(measurement(code, raw(next(numbers))))
        measurements.append(measurement(code, raw(next(numbers)), part="target", target="0.5"))
    return bundle(rules, list(ENTRIES), sheets=sheets, measurements=measurements, gates=[])


def total(document, code):
    return next(Decimal(row["total"]) for row in document["entries"] if row["code"] == code)


@EXAMPLES
@given(fields(), st.integers(0, 2**32).map(random.Random))
def test_the_order_of_rows_changes_no_byte(contest, chance: random.Random):
    shuffled = copy.deepcopy(contest)
    for key in ("entries", "sheets", "measurements"):
        chance.shuffle(shuffled[key])
    assert canonical_json(tally(shuffled).document) == canonical_json(tally(contest).document)


@EXAMPLES
@given(fields())
def test_replay_is_exact_and_leaves_the_input_alone(contest):
    before = canonical_json(contest)
    assert tally(contest).digest == tally(copy.deepcopy(contest)).digest
    assert canonical_json(contest) == before


@EXAMPLES
@given(fields())
def test_points_stay_within_their_bounds(contest):
    document = tally(contest).document
    for entry in document["entries"]:
        for part in entry["parts"]:
            assert 0 <= Decimal(part["points"]) <= Decimal(part["of"])
        assert 0 <= Decimal(entry["total"]) <= 100


@EXAMPLES
@given(fields())
def test_ranks_follow_the_totals(contest):
    rows = tally(contest).document["entries"]
    for one in rows:
        for other in rows:
            if Decimal(one["total"]) > Decimal(other["total"]):
                assert one["rank_by_score"] < other["rank_by_score"]
    assert min(row["rank_by_score"] for row in rows) == 1


@EXAMPLES
@given(fields(), st.integers(0, 27), st.sampled_from(["c1", "c2"]))
def test_a_higher_score_never_lowers_the_total_nor_the_rank(contest, index, criterion):
    raised = copy.deepcopy(contest)
    row = raised["sheets"][index]
    key = criterion if criterion in row["scores"] else "c1"
    row["scores"][key] = "5" if row["part"] == "user" else "10"
    before, after = tally(contest).document, tally(raised).document
    assert total(after, row["entry"]) >= total(before, row["entry"])
    ranks = [next(e["rank_by_score"] for e in d["entries"] if e["code"] == row["entry"]) for d in (before, after)]
    assert ranks[1] <= ranks[0]


@EXAMPLES
@given(fields(), st.integers(0, 7), st.integers(0, 255).map(raw))
def test_a_higher_measurement_never_lowers_the_total(contest, index, value):
    raised = copy.deepcopy(contest)
    row = raised["measurements"][index]
    row["value"] = max(row["value"], value, key=Decimal)
    assert total(tally(raised).document, row["entry"]) >= total(tally(contest).document, row["entry"])


@EXAMPLES
@given(st.lists(st.tuples(tenths, tenths), min_size=3, max_size=10))
def test_the_trimmed_mean_lies_between_the_second_lowest_and_the_second_highest(scores):
    sheets = [sheet("A", f"r{n}", *pair) for n, pair in enumerate(scores)]
    document = tally(bundle(ruleset([EXPERT]), "A", sheets=sheets)).document
    value = Fraction(document["entries"][0]["parts"][0]["trace"]["value"])
    totals = sorted(sum(Fraction(part) for part in pair) for pair in scores)
    precision = Fraction(1, 10**12)  # of the text in the trace
    assert totals[1] - precision <= value <= totals[-2] + precision


@EXAMPLES
@given(st.lists(st.tuples(tenths, tenths), min_size=3, max_size=10), st.sampled_from(["10", "0"]))
def test_an_extreme_that_moves_further_out_changes_nothing(scores, further):
    totals = [sum(Fraction(part) for part in pair) for pair in scores]
    extreme = totals.index((max if further == "10" else min)(totals))
    moved = [(further, further) if place == extreme else pair for place, pair in enumerate(scores)]
    values = []
    for rows in (scores, moved):
        sheets = [sheet("A", f"r{n}", *pair) for n, pair in enumerate(rows)]
        document = tally(bundle(ruleset([EXPERT]), "A", sheets=sheets)).document
        values.append(document["entries"][0]["parts"][0]["trace"]["value"])
    assert values[0] == values[1]


@EXAMPLES
@given(fields(), st.sampled_from(ENTRIES))
def test_a_gate_changes_no_score(contest, code):
    ruled = {**contest, "gates": [{"gate": "originality", "entry": code, "verdict": "fail", "decision": "d"}]}
    before, after = tally(contest).document, tally(ruled).document
    for key in ("total", "rank_by_score", "parts", "groups"):
        assert [row[key] for row in before["entries"]] == [row[key] for row in after["entries"]]
    assert next(row["rank_among_eligible"] for row in after["entries"] if row["code"] == code) is None


@EXAMPLES
@given(st.fractions(min_value=0, max_value=10**6), st.integers(0, 6))
def test_half_up_rounding_is_the_nearest_and_halves_go_up(value, places):
    rounded = round_half_up(value, places)
    step = Fraction(1, 10**places)
    assert -step / 2 < value - rounded < step / 2 or rounded - value == step / 2
    assert Fraction(show(value, places)) == rounded
