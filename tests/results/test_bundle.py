"""The two bundles: nothing hidden leaks, everything hidden is committed to, and the record replays to the same bytes."""

import copy
import json

import pytest

from portal.common.formats.canonical import canonical_json, digest_of
from portal.results.bundle import BundleError, build_auditor, build_public, replay, seal
from portal.results.bundle.commitments import commitment, salt_for, shuffled
from portal.results.bundle.disclosure import disclosed
from portal.results.bundle.public import withheld
from tests.factories.result_rules import OPEN_FROM_NOTICE, SUBJECTS, ruleset_document
from tests.factories.results import ENTRIES, SECRET, auditor_bundle, sources


def public_text(**changes) -> str:
    return canonical_json(build_public(auditor_bundle(**changes))).decode()


def test_replay_gives_the_same_bytes():
    auditor = auditor_bundle()
    sealed = seal(auditor, build_public(auditor))
    assert replay(json.loads(sealed.auditor)) == sealed


def test_replay_refuses_another_tally():
    auditor = auditor_bundle()
    auditor["tally"]["output"]["entries"][0]["total"] = "99.9"
    auditor["tally"]["digest"] = digest_of(auditor["tally"]["output"])
    with pytest.raises(BundleError, match=r"tally\.digest"):
        replay(auditor)


@pytest.mark.parametrize("place", ["ruleset", "sheets", "tally"])
def test_document_that_does_not_fit_its_digest_is_refused(place):
    given = copy.deepcopy(sources())
    if place == "ruleset":
        given["ruleset"]["document"]["points"] = 99
    if place == "sheets":
        given["sheets"][3]["document"]["scores"]["strategy"] = "19.5"
    if place == "tally":
        given["tally"]["output"]["entries"][0]["total"] = "99.9"
    with pytest.raises(BundleError, match="it was changed after it was recorded"):
        build_auditor(given, secret=SECRET)


def test_counted_sheet_without_signature_is_refused():
    given = sources()
    del given["sheets"][0]
    with pytest.raises(BundleError, match="no signed sheet"):
        build_auditor(given, secret=SECRET)


def test_missing_section_is_named():
    given = sources()
    del given["minutes"]
    with pytest.raises(BundleError, match="minutes: is missing"):
        build_auditor(given, secret=SECRET)


def test_no_text_person_or_pseudonym_is_public():
    text = public_text()
    for hidden in ("평가위원 expert", "종합의견", "비공개", "e01", "u02", SECRET):
        assert hidden not in text
    for sheet in auditor_bundle()["sheets"]:
        assert sheet["digest"] not in text


def test_reply_of_the_team_stands_beside_the_ruling():
    entries = {entry["code"]: entry for entry in build_public(auditor_bundle())["entries"]}
    assert entries["B"]["reply"]["text"] == "소명합니다."
    assert entries["A"]["reply"] is None


def test_labels_do_not_link_one_member_across_teams():
    """For each pair of teams the position of a member in one order says nothing about the other."""
    digests = [digest_of(number) for number in range(40)]
    orders = [shuffled(digests, purpose=f"{code}:expert", secret=SECRET) for code in ENTRIES]
    for first in orders:
        for second in orders:
            if first is not second:
                kept = sum(a == b for a, b in zip(first, second, strict=True))
                assert kept <= 5


def test_sheets_are_shown_whole_under_their_labels():
    auditor = auditor_bundle()
    part = build_public(auditor)["entries"][0]["parts"][2]
    shown = sorted(canonical_json(sheet["scores"]) for sheet in part["sheets"])
    given = [row for row in auditor["tally"]["input"]["sheets"] if (row["entry"], row["part"]) == ("A", "expert")]
    assert shown == sorted(canonical_json(row["scores"]) for row in given)
    assert [sheet["label"] for sheet in part["sheets"]] == ["1", "2", "3", "4", "5"]


def test_every_withheld_value_can_be_opened_by_the_auditor():
    auditor = auditor_bundle()
    published = {row["commitment"] for row in build_public(auditor)["withheld"]}
    opened = {commitment(item.value, salt=salt_for(item.path, secret=SECRET)) for item in withheld(auditor)}
    assert opened == published
    assert len(published) == len(list(withheld(auditor)))


def test_commitment_hides_a_guessable_value():
    salts = {salt_for(path, secret=SECRET) for path in ("a", "b", "c")}
    assert len({commitment("8", salt=salt) for salt in salts}) == 3


def test_scope_outcome_has_no_number_of_the_tally():
    entry = build_public(auditor_bundle(scope="outcome"))["entries"][0]
    assert (entry["total"], entry["rank"], entry["parts"]) == (None, None, [])
    assert entry["outcome"]["outcome"] == "advance"


def test_scope_aggregates_shows_points_without_sheets_for_the_auditor_to_recompute():
    entry = build_public(auditor_bundle(scope="aggregates"))["entries"][0]
    assert entry["total"]["class"] == "auditor"
    assert [(part["sheets"], part["items"]) for part in entry["parts"]] == [([], [])] * 4


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_the_matrix_keeps_closed_stays_closed_in_any_scope(subject):
    closed = ruleset_document(disclosure=dict.fromkeys(set(SUBJECTS) - {subject}, OPEN_FROM_NOTICE))
    assert subject not in disclosed(closed, scope="full", stage="archived")


def test_what_opens_later_is_closed_before():
    rules = ruleset_document(disclosure={"totals": {"public": "final"}, "ranks": {"auditor": "sealed"}})
    assert disclosed(rules, scope="full", stage="notified") == frozenset()
    assert disclosed(rules, scope="full", stage="final") == {"totals"}


def test_outside_figures_name_their_body():
    item = build_public(auditor_bundle())["entries"][0]["parts"][1]["items"][0]
    assert item["class"] == "outside"
    assert item["source"] == {"body": "Index Body", "document": "f" * 64}


def test_superseded_decision_is_not_the_outcome():
    given = sources()
    first = next(row for row in given["decisions"] if row["entry"] == "C")
    first["state"] = "superseded"
    given["decisions"].append(
        {**first, "number": 9, "outcome": "cut", "state": "notified", "supersedes": first["number"]}
    )
    entries = {entry["code"]: entry for entry in build_public(build_auditor(given, secret=SECRET))["entries"]}
    assert entries["C"]["outcome"] == {"outcome": "cut", "basis": "rank", "decision": 9}


@pytest.mark.parametrize(
    ("first_state", "later", "outcome"),
    [
        ("stayed", ["stay"], "stay"),
        ("notified", ["stay", "lift_stay"], "advance"),
        ("annulled", ["annul"], "annul"),
        ("annulled", ["stay", "annul"], "annul"),
    ],
)
def test_a_later_decision_is_the_outcome_while_it_is_in_force(first_state, later, outcome):
    given = sources()
    first = next(row for row in given["decisions"] if row["entry"] == "C")
    first |= {"outcome": "advance", "state": first_state, "concerns": None}
    given["decisions"] += [
        {**first, "number": 20 + n, "outcome": name, "state": "notified", "concerns": first["number"]}
        for n, name in enumerate(later)
    ]

    entries = {entry["code"]: entry for entry in build_public(build_auditor(given, secret=SECRET))["entries"]}

    assert entries["C"]["outcome"]["outcome"] == outcome


def test_the_general_public_sits_without_names():
    auditor = auditor_bundle(ruleset=ruleset_document(disclosure={"panel_roster": OPEN_FROM_NOTICE}))
    named = build_public(auditor)["panels"]
    auditor["panels"][0]["kind"] = "public"

    counted = build_public(auditor)["panels"]

    assert "members" in named[0]
    assert "members" not in counted[0]
    assert counted[0]["seats"] == named[0]["seats"]
