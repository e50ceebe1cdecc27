"""Rule sets: those that ship stand; one that does not add up is refused with the place."""

import copy
from decimal import Decimal

import pytest

from portal.programmes.ruleset import RuleSetError, parse_ruleset
from portal.review.scoring import tally
from tests.factories.programmes import PROGRAMMES, rules_document
from tests.review.tally_bundles import bundle, measured_part, measurement, ruleset, sheets_part, text

SHIPPED = sorted(path.stem for path in PROGRAMMES.glob("*-phase*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_rule_set_stands_and_adds_up_to_100(name):
    rules = parse_ruleset(rules_document(name))
    assert rules.name == name
    assert sum(part.points for part in rules.parts) == rules.points == 100


def test_phase_1_is_as_published():
    rules = parse_ruleset(rules_document("dokja-2026-phase1"))
    assert {part.key: int(part.points) for part in rules.parts} == {
        "nia": 10, "common": 20, "individual": 10, "expert": 35, "user": 25,
    }  # fmt: skip
    assert [int(row.maximum) for row in rules.part("expert").criteria] == [10, 15, 10]
    formula = rules.part("expert").formula
    assert (formula.reviewers, formula.drop_highest, formula.drop_lowest) == ("trimmed_mean", 1, 1)
    assert rules.part("user").formula.points == "scale_to_best"
    assert rules.part("individual").formula.points == "own_over_target"
    assert rules.part("common").proposed_by == 3


def test_phase_2_is_as_published():
    rules = parse_ruleset(rules_document("dokja-2026-phase2"))
    assert {part.key: int(part.points) for part in rules.parts} == {
        "aaii": 25, "nia": 15, "expert": 35, "professional": 15, "public": 10,
    }  # fmt: skip
    assert [int(row.maximum) for row in rules.part("expert").criteria] == [10, 10, 15]
    weights = [int(share.weight) for share in rules.part("aaii").items[0].composition]
    assert weights == [20, 14, 16, 8, 6, 12, 12, 6, 6]
    assert [rules.part(key).panel.kind for key in ("expert", "professional", "public")] == ["expert", "user", "public"]


def test_the_weights_of_the_outside_index_as_items_give_the_points_of_the_index():
    """AAII = the weighted mean of nine scores; 25 points over its items in the same proportions say the same."""
    document = rules_document("dokja-2026-phase2")
    index = document["parts"][0]
    shares = index["items"][0]["composition"]
    scores = [Decimal(score) for score in ("51.2", "38", "40.5", "33.3", "70", "12.8", "9.9", "61.4", "1.7")]
    raw = sum(Decimal(share["weight"]) * score for share, score in zip(shares, scores, strict=True)) / 100
    items = [
        {
            "key": f"share{place}",
            "title": text(share["name"]),
            "points": str(Decimal(share["weight"]) * 25 / 100),
            "source": {"kind": "outside_body", "body": "Artificial Analysis"},
        }
        for place, share in enumerate(shares)
    ]
    index.pop("group")
    composed, single = ruleset([{**index, "items": items}]), ruleset([index])
    rows = [measurement("T1", str(score), part="aaii", item=f"share{place}") for place, score in enumerate(scores)]
    by_items = tally(bundle(composed, ["T1"], measurements=rows)).document["entries"][0]["total"]
    by_index = tally(bundle(single, ["T1"], measurements=[measurement("T1", str(raw), part="aaii", item="index")]))
    assert by_items == by_index.document["entries"][0]["total"] is not None


@pytest.mark.parametrize("name", SHIPPED)
def test_what_was_never_published_is_declared(name):
    paths = {assumption.path for assumption in parse_ruleset(rules_document(name)).assumptions}
    assert {"rounding", "tie_break", "gates[0].ticks", "disclosure"} <= paths


def part(document, **changes):
    document["parts"][0].update(changes)


def formula(document, place=0, **changes):
    document["parts"][place]["formula"].update(changes)


def rounding(document, **changes):
    document["rounding"].update(changes)


BAD = {
    "parts do not add up": (lambda d: d.update(points=31), "points: is 31, but its parts add up to 30"),
    "criteria do not add up": (
        lambda d: d["parts"][0]["criteria"][0].update(max=9),
        "parts[0].points: is 20, but the criteria add up to 19",
    ),
    "items do not add up": (
        lambda d: d["parts"][1]["items"][0].update(points=9),
        "parts[1].points: is 10, but the items add up to 9",
    ),
    "group does not add up": (
        lambda d: (d.update(groups=[{"key": "g", "title": text("g"), "points": 21}]), part(d, group="g")),
        "groups[0].points: is 21, but its parts add up to 20",
    ),
    "unknown group": (lambda d: part(d, group="x"), "parts[0].group: 'x' is not one of the groups"),
    "unknown formula": (lambda d: formula(d, reviewers="median"), "parts[0].formula.reviewers: 'median' is not one of"),
    "unknown points": (lambda d: formula(d, 1, points="log"), "parts[1].formula.points: 'log' is not one of"),
    "trimming leaves nothing": (
        lambda d: part(d, minimum_sheets=2),
        "parts[0].minimum_sheets: is 2, but 2 sheets are dropped: nothing would be left. At least 3",
    ),
    "more sheets than seats": (lambda d: part(d, minimum_sheets=11), "parts[0].minimum_sheets: is 11, more than the 10"),
    "quorum above seats": (
        lambda d: d["parts"][0]["panel"].update(quorum=11),
        "parts[0].panel.quorum: is 11, more than the 10 seats",
    ),
    "drops without trimming": (lambda d: formula(d, reviewers="mean"), "parts[0].formula.drop_highest: belongs to"),
    "sum without a scale": (
        lambda d: part(d, formula={"sheet": "sum", "reviewers": "sum", "points": "as_scored"}),
        "parts[0].formula.reviewers: sum grows with the number of sheets",
    ),
    "mean of points": (lambda d: formula(d, sheet="mean"), "parts[0].formula.sheet: must be sum"),
    "scale that no sheet fills": (
        lambda d: part(d, formula={"sheet": "mean", "reviewers": "mean", "points": "over_scale", "scale": 5}),
        "parts[0].formula.scale: is 5, but a full sheet comes to 10",
    ),
    "scale of zero": (lambda d: formula(d, 1, scale=0), "parts[1].formula.scale: must be more than 0, not 0"),
    "cap above the points": (
        lambda d: d["parts"][1].update(formula={"points": "own_over_target", "cap": "1.1"}),
        "parts[1].formula.cap: 1.1 would give more points than the item has",
    ),
    "proposed by nobody": (
        lambda d: d["parts"][1].update(proposed_by=0),
        "parts[1].proposed_by: expected a whole number of at least 1",
    ),
    "a float": (lambda d: d["parts"][0]["criteria"][0].update(max=9.5), "parts[0].criteria[0].max: expected a whole number"),
    "not a number": (lambda d: d.update(points="many"), "points: 'many' is not a number"),
    "not finite": (lambda d: d.update(points="Infinity"), "points: 'Infinity' is out of range"),
    "huge": (lambda d: d.update(points="1e999999999"), "points: '1e999999999' is out of range"),
    "negative points": (lambda d: part(d, points=-20), "parts[0].points: must be more than 0, not -20"),
    "misspelt key": (lambda d: part(d, criterias=[]), "parts[0].criterias: unknown key"),
    "missing key": (lambda d: d["parts"][0].pop("title"), "parts[0].title: is missing"),
    "missing translation": (lambda d: d["title"].pop("en"), "title.en: is missing"),
    "no parts": (lambda d: d.update(parts=[]), "parts: expected a list with at least one row"),
    "part twice": (lambda d: d["parts"][1].update(key="expert"), "parts[1].key: 'expert' appears twice"),
    "criterion twice": (
        lambda d: d["parts"][0]["criteria"][1].update(key="c1"),
        "parts[0].criteria[1].key: 'c1' appears twice",
    ),
    "bad key": (lambda d: part(d, key="Expert Part"), "parts[0].key: 'Expert Part' is not a key"),
    "minimum above maximum": (
        lambda d: d["parts"][0]["criteria"][0].update(min=10),
        "parts[0].criteria[0].min: is 10, which is not below max 10",
    ),
    "step that misses": (
        lambda d: d["parts"][0]["criteria"][0].update(step=3),
        "parts[0].criteria[0].step: 3 does not lead from min to max",
    ),
    "anchor outside": (
        lambda d: d["parts"][0]["criteria"][0].update(anchors=[{"at": 11, "text": text("a")}]),
        "parts[0].criteria[0].anchors[0].at: 11 is outside of 0 to 10",
    ),
    "unknown tie-break": (lambda d: d.update(tie_break=["luck"]), "tie_break[0]: 'luck' is not one of: bench, expert"),
    "tie-break twice": (lambda d: d.update(tie_break=["bench", "bench"]), "tie_break: names one part twice"),
    "unknown rounding": (lambda d: rounding(d, mode="down"), "rounding.mode: 'down' is not one of: half_up"),
    "too many places": (lambda d: rounding(d, places=7), "rounding.places: more than 6 places"),
    "unknown vote": (lambda d: d["vote"].update(quorum="some"), "vote.quorum: 'some' is not one of"),
    "unknown subject": (lambda d: d["disclosure"].update(gossip={}), "disclosure.gossip: 'gossip' is not one of"),
    "unknown audience": (
        lambda d: d["disclosure"].update(rules={"rivals": "final"}),
        "disclosure.rules.rivals: 'rivals' is not one of",
    ),
    "unknown stage": (
        lambda d: d["disclosure"].update(rules={"public": "someday"}),
        "disclosure.rules.public: 'someday' is not one of",
    ),
    "suite without a version": (lambda d: d.update(suites=["small-korean"]), "suites[0]: 'small-korean' is not a suite"),
    "suite that is not listed": (
        lambda d: d["parts"][1]["items"][0].update(source={"kind": "suite", "suite": "s/1", "task": "t", "metric": "acc"}),
        "parts[1].items[0].source.suite: 's/1' is not one of the document's suites",
    ),
    "composition off 100": (
        lambda d: d["parts"][1]["items"][0].update(composition=[{"name": "x", "weight": 99}]),
        "parts[1].items[0].composition: weights add up to 99, not 100",
    ),
    "target without its formula": (
        lambda d: d["parts"][1]["items"][0].update(target=1),
        "parts[1].items[0].target: belongs to points: own_over_target only",
    ),
    "assumption about nothing": (
        lambda d: d.update(assumptions=[{"path": "parts[7].formula", "ko": "a", "en": "a"}]),
        "assumptions[0].path: 'parts[7].formula' leads to nothing",
    ),
    "ticks of zero": (lambda d: d["gates"][0].update(ticks=0), "gates[0].ticks: expected a whole number of at least 1"),
    "unknown component rule": (
        lambda d: d.update(components=[{"key": "k", "title": text("k"), "rule": "maybe"}]),
        "components[0].rule: 'maybe' is not one of",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_rule_set_that_cannot_stand_is_refused_with_the_place(name):
    spoil, message = BAD[name]
    document = copy.deepcopy(ruleset([sheets_part(), measured_part()]))
    spoil(document)
    with pytest.raises(RuleSetError) as refused:
        parse_ruleset(document)
    assert str(refused.value).startswith(message)
    assert message.startswith(refused.value.path)


@pytest.mark.parametrize("document", [None, [], "rules", 1, {}, {"schema": "ruleset/9"}])
def test_what_is_no_rule_set_is_refused(document):
    with pytest.raises(RuleSetError):
        parse_ruleset(document)
