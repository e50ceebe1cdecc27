"""A rehearsal looks like any phase and can never be taken for one: no ranks, no release, its mark on its name."""

import copy
import json
from pathlib import Path

import pytest
from django.utils import translation

from portal.results.actions import prepare_release
from portal.results.enums import Scope
from portal.results.errors import ReleaseRefused
from portal.review.scoring import TallyError, tally
from portal.review.selectors.tallies import tally_input
from tests.factories.accounts import make_user
from tests.factories.programmes import make_phase

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/phase1-2026.json").read_text(encoding="utf-8"))


def test_a_rehearsal_has_points_and_no_ranks():
    real, rehearsed = tally(GOLDEN).document, tally({**copy.deepcopy(GOLDEN), "rehearsal": True}).document
    assert [row["total"] for row in rehearsed["entries"]] == [row["total"] for row in real["entries"]]
    assert {(row["rank_by_score"], row["rank_among_eligible"]) for row in rehearsed["entries"]} == {(None, None)}
    assert {row["status"] for row in rehearsed["entries"]} == {"unranked"}
    assert {reason["code"] for row in rehearsed["entries"] for reason in row["reasons"]} == {"rehearsal"}
    assert (rehearsed["best"], rehearsed["rehearsal"]) == ({}, True)
    assert "rehearsal" not in real


def test_the_mark_is_true_or_false():
    with pytest.raises(TallyError, match="rehearsal: expected true or false"):
        tally({**GOLDEN, "rehearsal": "yes"})


@pytest.mark.django_db
def test_the_tally_of_a_rehearsal_is_marked():
    assert tally_input(make_phase("sealed", is_rehearsal=True))["rehearsal"] is True
    assert "rehearsal" not in tally_input(make_phase("sealed"))


@pytest.mark.django_db
def test_a_rehearsal_is_never_released():
    with pytest.raises(ReleaseRefused):
        prepare_release(make_phase("notified", is_rehearsal=True), scope=Scope.OUTCOME, by=make_user("officer"))


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "name"), [("ko", "[연습] 1차 단계평가"), ("en", "[Rehearsal] Phase 1")])
def test_the_name_of_a_rehearsal_says_so(language, name):
    with translation.override(language):
        assert make_phase(is_rehearsal=True).name == name


@pytest.mark.django_db
def test_the_pages_of_a_rehearsal_say_so(client):
    phase = make_phase("receiving", is_rehearsal=True)
    assert "[연습] 1차 단계평가" in client.get(f"/programmes/{phase.programme.slug}/").content.decode()
