import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portal.common.formats.canonical import digest_of
from portal.programmes.models import Phase
from portal.review import actions, scoring
from portal.review.actions import OutsideFigure
from portal.review.enums import RecusalGround
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import OutsideResult, ScoreSheet, Tally
from portal.review.selectors.tallies import is_current, tally_input
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_member, outside_document

pytestmark = pytest.mark.django_db


def test_an_unsigned_sheet_holds_the_seal_back():
    scene = Scene()
    scene.sign_all()
    sheet = scene.sheet_of(0, 0)
    actions.withdraw_signature(sheet, withdrawn_by=sheet.assignment.seat.user, reason="다시 봄")

    with pytest.raises(Incomplete) as refusal:
        actions.seal_phase(scene.phase, sealed_by=scene.officer)

    assert len(refusal.value.holes) == 2  # the sheet, and entry A now one short
    scene.phase.refresh_from_db()
    assert scene.phase.state == "scoring"


def test_too_few_sheets_hold_the_seal_back():
    scene = Scene()
    scene.sign_all()
    actions.void_sheet(scene.sheet_of(0, 0), voided_by=scene.officer, reason="기피 인용")

    with pytest.raises(Incomplete):
        actions.seal_phase(scene.phase, sealed_by=scene.officer)


def test_a_void_sheet_with_enough_others_does_not():
    scene = Scene(experts=4)
    scene.sign_all()
    actions.void_sheet(scene.sheet_of(0, 0), voided_by=scene.officer, reason="기피 인용")

    actions.seal_phase(scene.phase, sealed_by=scene.officer)

    states = sorted(ScoreSheet.objects.filter(assignment__entry__phase=scene.phase).values_list("state", flat=True))
    assert states == ["sealed"] * 11 + ["void"]


def test_only_an_officer_without_a_team_seals():
    scene = Scene()
    scene.sign_all()
    both = make_user("officer", "team")
    make_member(scene.entries[0], user=both)

    for user in (scene.decider, both):
        with pytest.raises(NotPossible):
            actions.seal_phase(scene.phase, sealed_by=user)


def test_the_tally_is_that_of_the_pure_core_on_its_own_input():
    scene = Scene()
    scene.tally()

    tally = Tally.objects.get(phase=scene.phase)
    recomputed = scoring.tally(tally.input)
    assert (recomputed.digest, digest_of(tally.input)) == (tally.digest, tally.input_digest)
    totals = {row["code"]: row["total"] for row in tally.output["entries"]}
    assert totals == {"A": "72.0", "B": "67.0", "C": "62.0"}


def test_no_tally_before_the_seal():
    scene = Scene()

    with pytest.raises(NotPossible):
        actions.take_tally(scene.phase, taken_by=scene.officer)


def test_an_unconfirmed_figure_does_not_count():
    scene = Scene()
    figure = OutsideFigure("benchmark", "index", "80", outside_document(scene.phase))
    actions.enter_outside_result(scene.entries[0], figure=figure, entered_by=scene.officer)

    assert tally_input(scene.phase)["measurements"] == []


def test_two_people_confirm_a_figure():
    scene = Scene()
    figure = OutsideFigure("benchmark", "index", "80", outside_document(scene.phase))
    row = actions.enter_outside_result(scene.entries[0], figure=figure, entered_by=scene.officer)

    with pytest.raises(NotPossible):
        actions.confirm_outside_result(row, confirmed_by=scene.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideResult.objects.filter(pk=row.pk).update(confirmed_by=scene.officer)


@pytest.mark.parametrize("value", ["NaN", "many", ""])
def test_a_figure_is_a_finite_number(value):
    scene = Scene()
    figure = OutsideFigure("benchmark", "index", value, outside_document(scene.phase))

    with pytest.raises(NotPossible):
        actions.enter_outside_result(scene.entries[0], figure=figure, entered_by=scene.officer)


def test_a_late_recusal_forces_a_new_tally_version_and_keeps_the_old():
    scene = Scene(experts=5)
    scene.tally()
    first = Tally.objects.get(phase=scene.phase)

    actions.rule_on_declaration(
        scene.seats[4].declaration,
        event="recuse",
        ruled_by=scene.officer,
        reason="친족 재직",
        ground=RecusalGround.EXCLUSION,
    )

    assert not is_current(first)
    second = actions.take_tally(scene.phase, taken_by=scene.officer, reason="제척에 따른 재집계")
    assert second.version == 2
    assert is_current(second)
    assert len(second.input["sheets"]) == 12
    assert Tally.objects.get(pk=first.pk).digest == first.digest


def test_a_tally_is_not_taken_again_for_nothing():
    scene = Scene()
    scene.tally()

    with pytest.raises(NotPossible):
        actions.take_tally(scene.phase, taken_by=scene.officer, reason="한 번 더")


def test_the_database_refuses_to_change_a_tally():
    scene = Scene()
    scene.tally()

    with pytest.raises(DatabaseError), transaction.atomic():
        Tally.objects.update(digest="0" * 64)


def test_an_archived_phase_takes_no_figure():
    scene = Scene()
    figure = OutsideFigure("benchmark", "index", "80", outside_document(scene.phase))
    Phase.objects.filter(pk=scene.phase.pk).update(state="archived")
    with pytest.raises(NotPossible):
        actions.enter_outside_result(scene.entries[0], figure=figure, entered_by=scene.officer)


def test_a_corrected_figure_waits_for_its_second_person_and_forces_a_new_tally():
    scene = Scene()
    scene.tally()
    entry = scene.entries[0]
    figure = OutsideFigure("benchmark", "index", "70", outside_document(scene.phase, text="정정"))
    with pytest.raises(NotPossible):
        actions.enter_outside_result(entry, figure=figure, entered_by=scene.officer)

    row = actions.enter_outside_result(entry, figure=figure, entered_by=scene.officer, reason="문서 정정")
    assert (row.value, row.confirmed_by) == ("70", None)
    actions.confirm_outside_result(row, confirmed_by=scene.decider)
    again = actions.take_tally(scene.phase, taken_by=scene.officer, reason="문서 정정")

    old, new = (
        next(line["value"] for line in tally.input["measurements"] if line["entry"] == entry.code)
        for tally in Tally.objects.order_by("version")
    )
    assert (again.version, old, new) == (2, "80", "70")
