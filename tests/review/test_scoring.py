"""The tally on small bundles: every formula, gates beside ranks, and what is never taken for 0."""

import pytest

from portal.common.formats.canonical import digest_of
from portal.review.scoring import TallyError, normalise, tally
from tests.review.tally_bundles import (
    bundle,
    column,
    measured_part,
    measurement,
    points_of,
    ruleset,
    sheet,
    sheets_part,
)

SHEETS = [sheet("A", f"r{n}", str(n), "5") for n in range(1, 6)]  # totals 6, 7, 8, 9, 10


def scored(part, rows, entries="A", **changes):
    return tally(bundle(ruleset([part], **changes), entries, sheets=rows)).document


def measured(part, rows, entries="A", **changes):
    return tally(bundle(ruleset([part], **changes), entries, measurements=rows)).document


def sheet_formula(**formula):
    return sheets_part(formula={"sheet": "sum", "reviewers": "mean", "points": "as_scored", **formula})


def test_trimmed_mean_drops_the_highest_and_the_lowest_total():
    document = scored(sheets_part(), [*SHEETS, sheet("A", "r9", "10", "10")])  # 6 7 8 9 10 20
    assert points_of(document, "expert") == {"A": "8.5"}


def test_the_trace_leads_from_the_points_to_every_sheet():
    document = scored(sheets_part(), SHEETS)
    trace = document["entries"][0]["parts"][0]["trace"]
    assert trace["value"] == "8"
    assert {row["sheet"] for row in trace["sheets"]} == {row["sheet"] for row in SHEETS}
    assert sorted(row["value"] for row in trace["sheets"] if not row["used"]) == ["10", "6"]


def test_plain_mean():
    document = scored(
        sheet_formula(), [sheet("A", "r1", "1", "2"), sheet("A", "r2", "3", "4"), sheet("A", "r3", "3", "4")]
    )
    assert document["entries"][0]["parts"][0]["trace"]["exact"] == "5.666666666667"
    assert points_of(document, "expert") == {"A": "5.7"}


def test_mean_rating_over_its_scale():
    part = sheets_part(
        points=15,
        formula={"sheet": "mean", "reviewers": "mean", "points": "over_scale", "scale": 5},
        criteria=[{"key": "c1", "title": {"ko": "c", "en": "c"}, "min": 1, "max": 5}],
    )
    rows = [sheet("A", "r1", "3"), sheet("A", "r2", "4"), sheet("A", "r3", "4")]
    assert points_of(scored(part, rows), "expert") == {"A": "11.0"}


def test_the_best_sum_takes_all_points_and_the_others_are_scaled_to_it():
    part = sheets_part(formula={"sheet": "sum", "reviewers": "sum", "points": "scale_to_best"})
    rows = [sheet("A", f"r{n}", "8", "8") for n in range(3)] + [sheet("B", f"r{n}", "4", "6") for n in range(3)]
    assert points_of(scored(part, rows, "AB"), "expert") == {"A": "20.0", "B": "12.5"}


def test_sums_of_different_numbers_of_sheets_do_not_compare():
    part = sheets_part(formula={"sheet": "sum", "reviewers": "sum", "points": "scale_to_best"})
    rows = [sheet("A", f"r{n}", "8", "8") for n in range(4)] + [sheet("B", f"r{n}", "9", "9") for n in range(3)]
    document = scored(part, rows, "AB")
    assert column(document, "status") == {"A": "ranked", "B": "unranked"}
    assert document["entries"][1]["reasons"][0]["code"] == "uneven_sheets"


def test_raw_score_over_its_scale():
    part = measured_part(points=25, formula={"points": "over_scale", "scale": 100})
    assert points_of(measured(part, [measurement("A", "47.6")]), "bench") == {"A": "11.9"}


def test_own_score_over_the_target_is_capped():
    part = measured_part(formula={"points": "own_over_target", "cap": 1})
    rows = [measurement("A", "72", target="80"), measurement("B", "88", target="80")]
    assert points_of(measured(part, rows, "AB"), "bench") == {"A": "9.0", "B": "10.0"}


def test_a_target_that_the_rules_fix_stands_for_all():
    item = {
        "key": "i1",
        "title": {"ko": "i", "en": "i"},
        "points": 10,
        "source": {"kind": "team_report"},
        "target": "80",
    }
    part = measured_part(formula={"points": "own_over_target", "cap": 1}, items=[item])
    assert points_of(measured(part, [measurement("A", "72")]), "bench") == {"A": "9.0"}
    with pytest.raises(TallyError, match=r"measurements\[0\]\.target: is 90, but the rule set fixes the target at 80"):
        measured(part, [measurement("A", "72", target="90")])


def test_measured_scale_to_best():
    part = measured_part(formula={"points": "scale_to_best"})
    rows = [measurement("A", "0.30"), measurement("B", "0.40")]
    assert points_of(measured(part, rows, "AB"), "bench") == {"A": "7.5", "B": "10.0"}


@pytest.mark.parametrize(
    ("stage", "part_points", "total"),
    [("item", "6.8", "6.8"), ("part", "6.7", "6.7"), ("total", "6.7", "6.7")],
)
def test_rounding_counts_where_the_rule_says(stage, part_points, total):
    source = {"kind": "team_report"}
    items = [{"key": f"i{n}", "title": {"ko": "i", "en": "i"}, "points": 5, "source": source} for n in (1, 2)]
    part = measured_part(items=items)
    rounding = {"mode": "half_up", "stage": stage, "places": 1, "average_places": 2, "average_total_places": 2}
    rows = [measurement("A", "0.67", item="i1"), measurement("A", "0.67", item="i2")]  # 3.35 each
    document = measured(part, rows, rounding=rounding)
    assert points_of(document, "bench") == {"A": part_points}
    assert column(document, "total") == {"A": total}


def test_rounding_early_can_change_who_is_first():
    def ranks(stage):
        rounding = {"mode": "half_up", "stage": stage, "places": 1, "average_places": 2, "average_total_places": 2}
        parts = [measured_part("p"), measured_part("q")]
        values = {"A": ("0.445", "0.445"), "B": ("0.44", "0.454")}  # 4.45 + 4.45 against 4.40 + 4.54
        rows = [
            measurement(code, v, part=part) for code, pair in values.items() for part, v in zip("pq", pair, strict=True)
        ]
        return column(
            tally(bundle(ruleset(parts, rounding=rounding), "AB", measurements=rows)).document, "rank_by_score"
        )

    assert ranks("part") == {"A": 1, "B": 2}
    assert ranks("total") == {"A": 1, "B": 1}


def test_a_tie_is_broken_by_the_named_part_and_else_shared():
    parts = [measured_part("p"), measured_part("q")]
    values = {"A": ("0.5", "0.4"), "B": ("0.4", "0.5"), "C": ("0.4", "0.5")}
    rows = [
        measurement(code, v, part=part) for code, pair in values.items() for part, v in zip("pq", pair, strict=True)
    ]
    rules = ruleset(parts, tie_break=["q"])
    assert column(tally(bundle(rules, "ABC", measurements=rows)).document, "rank_by_score") == {"A": 3, "B": 1, "C": 1}


@pytest.mark.parametrize("value", [None, "NaN", "Infinity", "", "high", "1e999999999", True])
def test_a_value_that_is_no_number_leaves_the_entry_unranked(value):
    document = measured(measured_part(), [measurement("A", value), measurement("B", "0.1")], "AB")
    assert column(document, "total") == {"A": None, "B": "1.0"}
    assert column(document, "rank_by_score") == {"A": None, "B": 1}
    assert document["entries"][0]["reasons"] == [
        {"part": "bench", "where": "i1", "code": "value_missing", "detail": "no finite value"}
    ]


@pytest.mark.parametrize("value", ["1.01", "-0.01"])
def test_a_value_outside_of_its_scale_leaves_the_entry_unranked(value):
    document = measured(measured_part(), [measurement("A", value)])
    assert document["entries"][0]["reasons"][0]["code"] == "value_out_of_range"


@pytest.mark.parametrize("target", [None, "0", "-1"])
def test_without_a_target_there_is_no_share_of_it(target):
    part = measured_part(formula={"points": "own_over_target", "cap": 1})
    document = measured(part, [measurement("A", "72", target=target)])
    assert document["entries"][0]["reasons"][0]["code"] == "target_missing"


def test_a_sheet_with_a_hole_leaves_the_entry_unranked():
    torn = sheet("A", "r9", "5", "5")
    del torn["scores"]["c2"]
    document = scored(sheets_part(), [*SHEETS, torn])
    assert document["entries"][0]["status"] == "unranked"
    assert document["entries"][0]["reasons"][0]["where"] == torn["sheet"]


def test_too_few_sheets_leave_the_entry_unranked():
    document = scored(sheets_part(), SHEETS[:2])
    assert document["entries"][0]["reasons"][0]["detail"] == "2 sheets, the rule asks for 3"


def test_nothing_can_be_scaled_to_a_best_of_zero():
    document = measured(measured_part(formula={"points": "scale_to_best"}), [measurement("A", "0")])
    assert document["entries"][0]["reasons"][0]["code"] == "best_is_zero"


def test_a_gate_takes_an_entry_out_of_the_ranking_and_leaves_its_score():
    rows = [measurement("A", "0.9"), measurement("B", "0.8"), measurement("C", "0.7")]
    gates = [{"gate": "originality", "entry": "A", "verdict": "fail", "decision": "d1"}]
    document = tally(bundle(ruleset([measured_part()]), "ABC", measurements=rows, gates=gates)).document
    assert column(document, "total") == {"A": "9.0", "B": "8.0", "C": "7.0"}
    assert column(document, "rank_by_score") == {"A": 1, "B": 2, "C": 3}
    assert column(document, "rank_among_eligible") == {"A": None, "B": 1, "C": 2}
    assert document["entries"][0]["gates"] == {"originality": {"verdict": "fail", "decision": "d1"}}
    assert document["entries"][1]["gates"] == {"originality": {"verdict": "undecided", "decision": ""}}


def test_the_best_is_the_best_of_all_even_if_a_gate_ruled_it_out():
    gates = [{"gate": "originality", "entry": "A", "verdict": "fail", "decision": "d1"}]
    rules = ruleset([measured_part(formula={"points": "scale_to_best"})])
    rows = [measurement("A", "0.8"), measurement("B", "0.4")]
    document = tally(bundle(rules, "AB", measurements=rows, gates=gates)).document
    assert points_of(document, "bench") == {"A": "10.0", "B": "5.0"}


def test_the_input_digest_belongs_to_the_normalised_bundle():
    whole = bundle(ruleset([sheets_part()]), "A", sheets=list(reversed(SHEETS)), measurements=[], gates=[])
    assert tally(whole).document["input_digest"] == digest_of(normalise(whole))


DAMAGE = {
    "a sheet twice": (lambda b: b["sheets"].append(b["sheets"][0]), r"sheets\[5\]: this sheet is counted already"),
    "a reviewer twice": (
        lambda b: b["sheets"].append({**b["sheets"][0], "sheet": "other"}),
        r"sheets\[5\]: this reviewer has a sheet for this part and entry already",
    ),
    "an unknown entry": (lambda b: b["sheets"][0].update(entry="Z"), r"sheets\[0\]\.entry: 'Z' is not one of: A"),
    "an unknown part": (lambda b: b["sheets"][0].update(part="x"), r"sheets\[0\]\.part: 'x' is not one of: expert"),
    "an unknown criterion": (
        lambda b: b["sheets"][0]["scores"].update(c3="1"),
        r"sheets\[0\]\.scores\.c3: is not a criterion of the part 'expert'",
    ),
    "a score above its maximum": (
        lambda b: b["sheets"][0]["scores"].update(c1="10.1"),
        r"sheets\[0\]\.scores\.c1: 10\.1 is outside of 0 to 10",
    ),
    "an entry twice": (lambda b: b["entries"].append(b["entries"][0]), r"entries\[1\]: this entry is listed already"),
    "no entries": (lambda b: b.update(entries=[]), r"entries: expected a list with at least one row"),
    "a rule set with another digest": (lambda b: b.update(ruleset_digest="0" * 64), r"ruleset_digest: does not belong"),
    "a rule set changed afterwards": (lambda b: b["ruleset"].update(points=21), r"ruleset_digest: does not belong"),
    "a float": (lambda b: b["sheets"][0]["scores"].update(c1=1.5), r"scores\.c1: a float has no exact decimal form"),
    "an unknown key": (lambda b: b.update(extra=1), r"extra: unknown key"),
    "an unknown gate": (
        lambda b: b["gates"].append({"gate": "x", "entry": "A", "verdict": "fail", "decision": ""}),
        r"gates\[0\]\.gate: 'x' is not one of: originality",
    ),
    "an unknown verdict": (
        lambda b: b["gates"].append({"gate": "originality", "entry": "A", "verdict": "maybe", "decision": ""}),
        r"gates\[0\]\.verdict: 'maybe' is not one of: pass, fail, undecided",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_bundle_is_refused_with_the_place(name):
    damage, message = DAMAGE[name]
    whole = bundle(
        ruleset([sheets_part()]), "A", sheets=[dict(row, scores=dict(row["scores"])) for row in SHEETS], gates=[]
    )
    damage(whole)
    with pytest.raises(TallyError, match=message):
        tally(whole)


@pytest.mark.parametrize("document", [None, [], "tally", 3, {}, {"schema": "tally-input/2"}])
def test_what_is_no_bundle_is_refused(document):
    with pytest.raises(TallyError):
        tally(document)
