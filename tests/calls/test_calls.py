"""Calls: their terms, their deadline, whom they invite, and how they end without applicants."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.calls import actions
from portal.calls.actions import CallFacts
from portal.calls.errors import CallError
from portal.calls.models import CallDeadlineChange, CallInvitation, Requirement
from portal.calls.selectors.calls import is_receiving, terms_of
from portal.calls.tasks import close_due_calls
from portal.letters.models import Letter
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Call
from portal.review import actions as review
from portal.review.errors import NotPossible
from tests.factories.accounts import make_user
from tests.factories.calls import TERMS, CallScene
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


def moved(scene, **fields):
    Call.objects.filter(pk=scene.call.pk).update(**fields)
    return scene.fresh()


def test_terms_are_fixed_from_the_opening_on():
    scene = CallScene()
    actions.set_terms(scene.call, terms=replace(TERMS, name_en="Another title"), set_by=scene.officer)
    scene.open()

    assert terms_of(scene.fresh()).name_en == "Another title"
    with pytest.raises(CallError):
        actions.set_terms(scene.call, terms=TERMS, set_by=scene.officer)
    assert Requirement.objects.filter(call=scene.call).count() == 2


def test_the_new_entrys_deadline_lies_after_the_close():
    scene = CallScene()
    early = replace(TERMS, entry_deadline=scene.call.closes_at - timedelta(days=1))

    with pytest.raises(CallError):
        actions.set_terms(scene.call, terms=early, set_by=scene.officer)


def test_a_call_does_not_move_past_the_deadline_that_it_announced_for_the_entry():
    scene = CallScene()
    announced = scene.call.closes_at + timedelta(days=2)
    actions.set_terms(scene.call, terms=replace(TERMS, entry_deadline=announced), set_by=scene.officer)
    scene.open()

    with pytest.raises(CallError):
        actions.move_call_deadline(scene.call, closes_at=announced, reason="접수 장애", decided_by=scene.officer)


def test_an_opened_call_receives_from_its_opening_to_its_deadline_alone():
    scene = CallScene()
    now = timezone.now()
    call = moved(scene, opens_at=now, closes_at=now + timedelta(hours=1), state="open")

    seconds = (-1, 0, 3599, 3600)
    assert [is_receiving(call, at=now + timedelta(seconds=s)) for s in seconds] == [False, True, True, False]


def test_closing_before_the_announced_deadline_needs_a_reason():
    scene = CallScene()
    scene.open()

    with pytest.raises(CallError):
        actions.close_call(scene.call, closed_by=scene.officer)
    assert actions.close_call(scene.call, closed_by=scene.officer, reason="전산 장애").state == "closed"


def test_the_clock_closes_what_is_over_once():
    scene = CallScene()
    scene.open()
    assert close_due_calls() == 0

    moved(scene, closes_at=timezone.now() - timedelta(seconds=1))
    assert (close_due_calls(), close_due_calls(), scene.fresh().state) == (1, 0, "closed")


def test_a_deadline_moves_for_everybody_with_its_reason_and_stays_on_record():
    scene = CallScene()
    scene.open()
    later = scene.call.closes_at + timedelta(hours=56)
    change = actions.move_call_deadline(scene.call, closes_at=later, reason="접수 장애", decided_by=scene.officer)

    assert scene.fresh().closes_at == later
    for wrong, reason in ((later, "다시"), (timezone.now(), "과거"), (later + timedelta(1), " ")):
        with pytest.raises(CallError):
            actions.move_call_deadline(scene.call, closes_at=wrong, reason=reason, decided_by=scene.officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        CallDeadlineChange.objects.filter(pk=change.pk).update(reason="x")


def test_a_call_lapses_only_where_nobody_applied():
    empty, taken = CallScene(), CallScene()
    empty.open()
    empty.draft(0)
    empty.close()
    taken.open()
    taken.apply(0)
    taken.close()

    assert actions.lapse_call(empty.call, lapsed_by=empty.officer, reason="신청 없음").state == "left_vacant"
    with pytest.raises(CallError):
        actions.lapse_call(taken.call, lapsed_by=taken.officer, reason="신청 없음")


def test_an_invited_consortium_is_mailed_once_when_the_call_opens():
    scene = CallScene()
    actions.invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    actions.invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    assert (CallInvitation.objects.count(), Letter.objects.count()) == (1, 0)

    scene.open()
    assert [letter.to for letter in Letter.objects.all()] == [scene.managers[0].email]


def test_an_invited_consortium_declines_and_may_still_apply():
    scene = CallScene()
    invitation = actions.invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    scene.open()
    with pytest.raises(PermissionDenied):
        actions.decline_invitation(invitation, declined_by=scene.managers[1])

    declined = actions.decline_invitation(invitation, declined_by=scene.managers[0], reason="여력이 없음")
    assert (declined.state, declined.answer) == ("declined", "여력이 없음")
    scene.apply(0)
    assert CallInvitation.objects.get().state == "applied"


def test_who_has_a_place_in_the_phase_is_not_invited():
    scene = CallScene()
    make_entry(scene.phase, consortium=scene.consortia[0])

    with pytest.raises(CallError):
        actions.invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    assert not CallInvitation.objects.exists()


def test_an_officer_of_a_team_of_the_phase_runs_no_call_of_it():
    officer = make_user("officer", "team")
    scene = CallScene(actors={"officer": officer})
    make_entry(scene.phase, consortium=make_consortium(manager=officer))

    with pytest.raises(PermissionDenied):
        actions.open_call(scene.call, opened_by=officer)


def approved_vacancy(scene):
    scene.tally()
    vacancy = review.draft_vacancy(scene.phase, seats=2, public_rationale="두 자리가 비었음", drafted_by=scene.officer)
    vacancy = review.endorse_decision(vacancy, minutes=scene.meeting(), endorsed_by=scene.officer)
    return review.approve_decision(vacancy, approved_by=scene.decider)


def test_a_vacancy_gives_its_call_seats_and_reason_once():
    scene = Scene()
    vacancy = approved_vacancy(scene)
    following = make_phase("rules_frozen", programme=scene.phase.programme)
    now = timezone.now()
    facts = CallFacts(opens_at=now, closes_at=now + timedelta(days=20))
    call = actions.draft_call(following, facts=facts, terms=TERMS, drafted_by=scene.officer, vacancy=vacancy)

    assert (call.seats, call.reason, call.state, call.phase_id) == (2, "두 자리가 비었음", "drafted", following.pk)
    with pytest.raises(NotPossible):
        actions.draft_call(following, facts=facts, terms=TERMS, drafted_by=scene.officer, vacancy=vacancy)
    assert Call.objects.filter(phase=following).count() == 1


def test_a_call_that_would_close_in_the_past_is_refused_whole():
    scene = CallScene()
    now = timezone.now()
    facts = CallFacts(opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1), reason="늦음")

    with pytest.raises(ProgrammeError):
        actions.draft_call(scene.phase, facts=facts, terms=TERMS, drafted_by=scene.officer)
    assert Call.objects.count() == 1
