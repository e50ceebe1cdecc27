import pytest
from django.db import DatabaseError, transaction

from portal.audit.models import Event
from portal.common.formats.canonical import digest_of
from portal.review import actions
from portal.review.actions import SheetValues
from portal.review.errors import Conflict, Incomplete, NotPossible
from portal.review.models import SignedSheet
from tests.factories.accounts import make_user
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def sheet(scene):
    return scene.sheet_of(0, 0)


def save(sheet, version=0, **scores):
    values = SheetValues(scores=scores)
    return actions.save_score(sheet, values=values, version=version, saved_by=sheet.assignment.seat.user)


def test_a_draft_may_have_holes(sheet):
    saved = save(sheet, strategy="31.5", impact="")

    assert saved.version == 1
    assert {row.criterion: row.value for row in saved.scores.all()} == {"strategy": "31.5", "impact": ""}


def test_a_save_from_an_old_version_is_a_conflict_that_carries_what_stands(sheet):
    save(sheet, strategy="31")

    with pytest.raises(Conflict) as conflict:
        save(sheet, version=0, strategy="12")

    assert conflict.value.current["scores"] == {"strategy": "31"}
    assert conflict.value.current["version"] == 1


@pytest.mark.parametrize(
    ("value", "fault"),
    [("41", "41"), ("-0.5", "-0.5"), ("NaN", "NaN"), ("Infinity", "Infinity"), ("30.3", "30.3"), ("많음", "많음")],
)
def test_what_is_no_score_is_refused_and_named(sheet, value, fault):
    with pytest.raises(Incomplete) as refusal:
        save(sheet, strategy=value)

    assert len(refusal.value.holes) == 1
    assert fault in refusal.value.holes[0]
    assert sheet.scores.count() == 0


def test_an_unknown_criterion_is_refused(sheet):
    with pytest.raises(Incomplete):
        save(sheet, beauty="3")


def test_an_unknown_box_is_refused(sheet):
    values = SheetValues(scores={}, ticks=frozenset({"originality.moral"}))

    with pytest.raises(Incomplete):
        actions.save_score(sheet, values=values, version=0, saved_by=sheet.assignment.seat.user)


def test_ticks_are_kept_and_taken_back(scene, sheet):
    user = sheet.assignment.seat.user
    ticked = SheetValues(scores={}, ticks=frozenset({"originality.technical"}))
    saved = actions.save_score(sheet, values=ticked, version=0, saved_by=user)

    actions.save_score(saved, values=SheetValues(scores={}), version=1, saved_by=user)

    assert sheet.ticks.count() == 0


def test_nobody_else_saves(scene, sheet):
    for user in (scene.officer, scene.seats[1].user, make_user("reviewer")):
        with pytest.raises(NotPossible):
            actions.save_score(sheet, values=SheetValues(scores={}), version=0, saved_by=user)


def test_the_ledger_never_holds_a_score(sheet):
    save(sheet, strategy="31.5")

    event = Event.objects.latest("seq")
    assert event.action == "sheet.saved"
    assert event.after == {"version": 1}


def test_a_sheet_with_a_hole_cannot_be_signed(sheet):
    saved = save(sheet, strategy="31.5")

    with pytest.raises(Incomplete) as refusal:
        actions.sign_sheet(saved, signed_by=saved.assignment.seat.user)

    assert len(refusal.value.holes) == 1
    assert "파급 효과" in refusal.value.holes[0]


def test_signing_freezes_the_content_under_its_digest(sheet):
    saved = save(sheet, strategy="31.50", impact="10")

    signed = actions.sign_sheet(saved, signed_by=saved.assignment.seat.user)

    assert signed.digest == digest_of(signed.content)
    assert signed.content["scores"] == {"strategy": "31.50", "impact": "10"}
    assert signed.content["reviewer"] == saved.assignment.seat.code
    saved.refresh_from_db()
    assert (saved.state, saved.signed_id) == ("signed", signed.pk)


def test_what_changed_in_between_is_not_signed(sheet):
    saved = save(sheet, strategy="31.5", impact="10")
    save(saved, version=1, strategy="12", impact="10")

    with pytest.raises(Conflict):
        actions.sign_sheet(saved, signed_by=saved.assignment.seat.user, version=1)


def test_a_signed_sheet_is_locked(scene, sheet):
    filled = scene.fill(sheet)
    actions.sign_sheet(filled, signed_by=filled.assignment.seat.user)

    with pytest.raises(NotPossible):
        save(filled, version=filled.version, strategy="1")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_signed_content(scene, sheet, change):
    filled = scene.fill(sheet)
    signed = actions.sign_sheet(filled, signed_by=filled.assignment.seat.user)
    rows = SignedSheet.objects.filter(pk=signed.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(digest="0" * 64) if change == "update" else rows._raw_delete("default")

    assert rows.get().digest == signed.digest


def test_a_signature_is_withdrawn_with_a_reason_and_stays_on_record(scene, sheet):
    filled = scene.fill(sheet)
    user = filled.assignment.seat.user
    first = actions.sign_sheet(filled, signed_by=user)

    back = actions.withdraw_signature(filled, withdrawn_by=user, reason="점수를 잘못 옮김")
    again = actions.sign_sheet(back, signed_by=user)

    assert [row.number for row in sheet.signatures.all()] == [1, 2]
    assert first.digest != again.digest


def test_withdrawing_needs_a_reason(scene, sheet):
    filled = scene.fill(sheet)
    user = filled.assignment.seat.user
    actions.sign_sheet(filled, signed_by=user)

    with pytest.raises(NotPossible):
        actions.withdraw_signature(filled, withdrawn_by=user, reason="")


def test_after_the_seal_nothing_is_withdrawn(scene):
    scene.seal()
    sheet = scene.sheet_of(0, 0)

    with pytest.raises(NotPossible):
        actions.withdraw_signature(sheet, withdrawn_by=sheet.assignment.seat.user, reason="늦음")
