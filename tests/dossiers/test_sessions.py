"""A verification session from the plan to the public record: what each step asks for, and what becomes public."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from jsonschema import Draft202012Validator

from portal.audit.models import Event
from portal.common.formats.canonical import digest_of
from portal.common.transitions import TransitionError
from portal.common.viewer import viewer_of_user
from portal.custody.registry import disputes_about
from portal.dossiers import actions
from portal.dossiers.enums import AttendeeKind, Part
from portal.dossiers.errors import DossierError
from portal.dossiers.models import Consent, MinutesLine, SessionAnswer, SessionQuestion, VerificationSession
from portal.dossiers.selectors.sessions import agenda_document, pieces_of
from portal.letters.models import Letter
from portal.programmes.models import Phase
from portal.review.models import Declaration
from tests.architecture.layers import ROOT
from tests.factories.accounts import make_user
from tests.factories.consortia import join
from tests.factories.dossiers import Verified
from tests.factories.review import make_panel, make_seat

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((ROOT / "docs" / "verification-record.schema.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def in_english():
    """So that a refusal can be told from another by its words."""
    with translation.override("en"):
        yield


@pytest.fixture
def scene():
    return Verified()


def agreed(session):
    return {piece.key: piece.agreed for piece in pieces_of(session)}


def test_the_team_is_told_at_once_and_of_every_change(scene):
    session, later = scene.planned(), timezone.now() + timedelta(days=9)
    for place in ("과천청사", "대전청사"):  # the second time the place alone
        actions.reschedule_session(session, planned_for=later, place=place, reason="회의실 공사", by=scene.office)
    actions.cancel_session(session, reason="팀의 요청", by=scene.office)

    letters = Letter.objects.filter(kind="verification_session", to=scene.manager.email).order_by("pk")
    assert [row.subject_key.split(":")[2] for row in letters] == ["planned", "rescheduled", "rescheduled", "cancelled"]
    assert "회의실 공사" in letters[1].body
    assert f"/dossiers/sessions/{session.pk}/" in letters[0].body


def test_whoever_is_asked_to_attend_is_told_once_and_of_every_change(scene):
    session = scene.prepared()
    actions.cancel_session(session, reason="팀의 요청", by=scene.office)

    for person in (scene.seat.user, scene.officer, scene.manager):
        keys = Letter.objects.filter(kind="verification_session", to=person.email).values_list("subject_key", flat=True)
        assert sorted(key.split(":")[2] for key in keys) == ["cancelled", "planned"]


def test_an_open_session_keeps_the_bytes(scene):
    session = scene.planned()
    assert len(disputes_about(scene.entry)) == 1

    actions.cancel_session(session, reason="팀의 요청", by=scene.office)
    assert disputes_about(scene.entry) == []


def test_nothing_is_planned_before_the_phase_is_closed_or_for_a_moment_that_has_passed(scene):
    plan = actions.Plan("검증", "설명", timezone.now() - timedelta(minutes=1), "회의실")
    with pytest.raises(DossierError, match="passed"):
        actions.plan_session(scene.entry, plan=plan, by=scene.office)
    Phase.objects.update(state="receiving")
    with pytest.raises(DossierError, match="closed"):
        actions.plan_session(
            scene.entry, plan=plan._replace(planned_for=timezone.now() + timedelta(days=1)), by=scene.office
        )


def test_an_officer_of_a_competing_team_plans_nothing(scene):
    both = make_user("officer", "team")
    join(scene.entry.consortium, user=both)
    plan = actions.Plan("검증", "설명", timezone.now() + timedelta(days=1), "회의실")

    with pytest.raises(PermissionDenied):
        actions.plan_session(scene.entry, plan=plan, by=viewer_of_user(both))


def test_the_agenda_keeps_its_order(scene):
    session = scene.planned()
    items = [actions.add_item(session, title=title, by=scene.office) for title in ("가", "나", "다")]
    actions.move_item_up(items[2], by=scene.office)
    actions.move_item_up(items[0], by=scene.office)  # the first stays
    actions.remove_item(items[1], by=scene.office)

    assert [(row.number, row.title) for row in session.agenda.all()] == [(1, "가"), (2, "다")]


def test_a_second_click_on_a_point_that_is_gone_changes_nothing(scene):
    session = scene.planned()
    items = [actions.add_item(session, title=title, by=scene.office) for title in ("A", "B", "C", "D")]
    for _click in range(2):
        actions.remove_item(items[1], by=scene.office)
    actions.move_item_up(items[1], by=scene.office)

    assert [(row.number, row.title) for row in session.agenda.order_by("number")] == [(1, "A"), (2, "C"), (3, "D")]


def test_evidence_is_frozen_when_it_is_put_on_the_agenda(scene):
    session = scene.planned()
    item = actions.add_item(session, title="체크포인트", by=scene.office)
    exhibit = actions.show_part(item, part=Part.CHAIN, by=scene.office)

    assert exhibit.digest == digest_of(exhibit.document)
    assert exhibit.document["deposits"] == 1
    with pytest.raises(DossierError, match="already"):
        actions.show_part(item, part=Part.CHAIN, by=scene.office)
    actions.withdraw_exhibit(exhibit, by=scene.office)
    assert agenda_document(session)["items"][0]["shows"] == []


def test_only_cleared_sighted_seats_and_own_members_attend(scene):
    session = scene.planned()
    blind = make_panel(scene.phase, name="사용자 평가단", part="user")
    type(blind).objects.filter(pk=blind.pk).update(is_blind=True)
    undeclared = make_seat(scene.panel, officer=scene.officer, cleared=False)
    rater = make_seat(type(blind).objects.get(pk=blind.pk), officer=scene.officer)
    for seat in (undeclared, rater):
        with pytest.raises(DossierError, match="panel"):
            actions.invite_seat(session, seat=seat, by=scene.office)
    other = Verified()
    with pytest.raises(DossierError, match="another team"):
        actions.invite_member(session, membership=other.entry.consortium.memberships.get(), by=scene.office)
    with pytest.raises(DossierError, match="no team"):
        actions.invite_officer(session, user=scene.manager, by=scene.office)

    actions.invite_seat(session, seat=scene.seat, by=scene.office)
    with pytest.raises(DossierError, match="already"):
        actions.invite_seat(session, seat=scene.seat, by=scene.office)


def test_a_late_interest_elsewhere_keeps_a_member_away(scene):
    session = scene.planned()
    second = make_panel(scene.phase, name="심의위원회", kind="committee", part="")
    seat = make_seat(second, officer=scene.officer, user=scene.seat.user)
    Declaration.objects.filter(seat=seat).update(state="declared")

    with pytest.raises(DossierError, match="panel"):
        actions.invite_seat(session, seat=scene.seat, by=scene.office)


def test_it_is_not_held_without_evidence_or_without_the_team(scene):
    session = scene.planned()
    with pytest.raises(DossierError, match="Nothing is to be shown"):
        actions.hold_session(session, present=set(), consent_days=7, by=scene.office)
    prepared = scene.prepared()
    office = set(prepared.attendees.exclude(kind=AttendeeKind.TEAM).values_list("pk", flat=True))
    with pytest.raises(DossierError, match="Nobody of the team"):
        actions.hold_session(prepared, present=office, consent_days=7, by=scene.office)


def test_from_the_beginning_on_the_agenda_stands(scene):
    session = scene.held()

    assert session.agenda_digest == digest_of(agenda_document(session))
    for act in (
        lambda: actions.add_item(session, title="하나 더", by=scene.office),
        lambda: actions.withdraw_exhibit(session.exhibits.first(), by=scene.office),
        lambda: actions.strike_attendee(session.attendees.first(), by=scene.office),
    ):
        with pytest.raises(DossierError, match="state"):
            act()
    with pytest.raises(TransitionError):
        actions.cancel_session(session, reason="늦었다", by=scene.office)


def test_one_answer_to_a_question_by_the_team_or_given_aloud(scene):
    session = scene.held()
    second = actions.ask_in_session(session, text="왜?", asked_as=AttendeeKind.OFFICE, item=None, by=scene.office)
    with pytest.raises(PermissionDenied):
        actions.answer_in_session(second, text="대신", by=viewer_of_user(scene.seat.user))
    answer = actions.answer_in_session(second, text="말로 답했다", by=scene.office)

    assert [row.answer.aloud for row in session.questions.all()] == [False, True]
    with pytest.raises(DossierError, match="stands"):
        actions.answer_in_session(second, text="고쳐서", by=scene.team)
    assert SessionAnswer.objects.get(pk=answer.pk).text == "말로 답했다"


@pytest.mark.parametrize("model", [SessionQuestion, SessionAnswer, MinutesLine, Consent])
def test_what_was_said_cannot_be_changed(scene, model):
    session = scene.held()
    scene.agree(session)

    with pytest.raises(IntegrityError, match="insert-only"), transaction.atomic():
        model.objects.update(recorded_by="user:0") if model is not Consent else model.objects.update(agreed=True)


def test_a_manager_alone_agrees_and_the_last_word_counts(scene):
    session = scene.held()
    pieces = {piece.key: piece for piece in pieces_of(session)}
    yes = {"exhibit-1": actions.Word(agreed=True, digest=pieces["exhibit-1"].digest)}
    contributor = make_user("team")
    join(scene.entry.consortium, user=contributor)
    for person in (contributor, scene.officer):
        with pytest.raises(PermissionDenied):
            actions.give_consent(session, words=yes, by=viewer_of_user(person))

    actions.give_consent(session, words=yes, by=scene.team)
    actions.give_consent(session, words=yes, by=scene.team)  # nothing new: no row
    no = {"exhibit-1": actions.Word(agreed=False, digest=pieces["exhibit-1"].digest)}
    actions.give_consent(session, words=no, by=scene.team)

    assert agreed(session)["exhibit-1"] is False
    assert Consent.objects.count() == 2


def test_nobody_agrees_to_a_text_they_did_not_read(scene):
    session = scene.held()
    open_question = actions.ask_in_session(
        session, text="데이터는?", asked_as=AttendeeKind.PANEL, item=None, by=scene.office
    )
    read = {piece.key: piece.digest for piece in pieces_of(session)}
    actions.give_consent(
        session, words={"question-2": actions.Word(agreed=True, digest=read["question-2"])}, by=scene.team
    )
    actions.answer_in_session(open_question, text="공개 데이터만 썼다", by=scene.office)

    assert agreed(session)["question-2"] is None  # the yes was to the question without this answer
    with pytest.raises(DossierError, match="older"):
        actions.give_consent(
            session, words={"question-2": actions.Word(agreed=True, digest=read["question-2"])}, by=scene.team
        )


def test_the_record_holds_exactly_what_was_agreed_to(scene):
    session = scene.published(to=frozenset({"exhibit-2", "minutes-1"}))

    record, text = session.record, str(session.record)
    assert list(Draft202012Validator(SCHEMA).iter_errors(record)) == []
    hidden = session.exhibits.get(number=1)
    assert [one["number"] for item in record["agenda"] for one in item["shown"]] == [2]
    assert hidden.digest not in text
    assert "0단계 체크포인트" not in text
    assert [row["text"] for row in record["minutes"]] == ["가중치 비교 결과를 함께 읽었다."]
    assert record["counts"]["exhibit"] == {"pieces": 2, "published": 1}
    shown = record["agenda"][1]["shown"][0]
    assert shown["digest"] == digest_of(shown["document"])


def test_the_record_names_no_person_and_its_digest_is_in_the_ledger(scene):
    session = scene.published()

    text = str(session.record)
    for person in (scene.manager, scene.officer, scene.seat.user):
        assert person.email not in text
        assert person.name not in text
    assert {"kind": "panel", "institution": "", "role": "", "asked": 1, "present": 1} in session.record["attendance"]
    event = Event.objects.get(action="dossiers.session_published")
    assert event.after["digest"] == session.digest == digest_of(session.record)


def test_it_is_published_when_the_team_has_answered_or_its_time_is_over(scene):
    session = scene.held()
    with pytest.raises(DossierError, match="without an answer"):
        actions.publish_record(session, by=scene.office)
    VerificationSession.objects.filter(pk=session.pk).update(consent_due=timezone.now() - timedelta(seconds=1))

    record = actions.publish_record(session, by=scene.office).record
    assert sum(kind["published"] for kind in record["counts"].values()) == 0
    assert (record["questions"], record["minutes"]) == ([], [])


def test_nothing_is_published_under_the_embargo_of_the_phase(scene):
    session = scene.held()
    scene.agree(session)
    Phase.objects.filter(pk=scene.phase.pk).update(embargo_until=timezone.now() + timedelta(days=1))

    with pytest.raises(DossierError, match="public before"):
        actions.publish_record(session, by=scene.office)


def test_a_published_record_takes_no_further_word(scene):
    session = scene.published()

    with pytest.raises(DossierError, match="state"):
        scene.agree(session)
    with pytest.raises(TransitionError):
        actions.publish_record(session, by=scene.office)
