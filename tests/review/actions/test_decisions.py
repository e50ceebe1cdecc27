from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.review import actions
from portal.review.actions import Draft, Vote
from portal.review.enums import AppealGround, Basis, Outcome, PanelKind
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Decision, Notice
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_panel, make_phase, make_seat

pytestmark = pytest.mark.django_db

CUT = Draft(Outcome.CUT, Basis.RANK, "순위에 따름")


@pytest.fixture
def tallied():
    scene = Scene()
    scene.tally()
    return scene


@pytest.fixture
def notified():
    scene = Scene()
    scene.notify()
    return scene


def draft(scene, entry=0, form=CUT, **more):
    return actions.draft_decision(scene.entries[entry], draft=form, drafted_by=scene.officer, **more)


def test_a_second_decision_on_one_entry_is_refused_with_a_clear_error(tallied):
    first = draft(tallied)

    with pytest.raises(NotPossible, match=str(first.pk)):
        draft(tallied)


def test_the_database_refuses_it_too(tallied):
    first = draft(tallied)

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            phase=tallied.phase,
            entry=first.entry,
            outcome=Outcome.ADVANCE,
            basis=Basis.RANK,
            public_rationale="둘째",
            drafted_by=tallied.officer,
            drafted_at=timezone.now(),
        )


def test_a_discarded_draft_makes_room(tallied):
    actions.discard_decision(draft(tallied), discarded_by=tallied.officer, reason="오기")

    assert draft(tallied).state == "drafted"


def test_no_decision_without_a_tally():
    scene = Scene()

    with pytest.raises(NotPossible):
        draft(scene)


def test_no_decision_on_a_tally_that_is_out_of_date(tallied):
    actions.void_sheet(tallied.sheet_of(0, 0), voided_by=tallied.officer, reason="기피 인용")

    with pytest.raises(NotPossible):
        draft(tallied)


def test_approval_needs_minutes_first(tallied):
    with pytest.raises(NotPossible):
        actions.approve_decision(draft(tallied), approved_by=tallied.decider)


def test_a_vote_that_did_not_carry_endorses_nothing(tallied):
    with pytest.raises(NotPossible):
        actions.endorse_decision(draft(tallied), minutes=tallied.meeting(votes_for=1), endorsed_by=tallied.officer)


def test_whoever_drafted_cannot_approve(tallied):
    both = make_user("officer", "decider")
    decision = actions.draft_decision(tallied.entries[0], draft=CUT, drafted_by=both)
    decision = actions.endorse_decision(decision, minutes=tallied.meeting(), endorsed_by=tallied.officer)

    with pytest.raises(NotPossible):
        actions.approve_decision(decision, approved_by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(approved_by=both)


def test_a_disqualification_rests_on_a_failed_gate(tallied):
    with pytest.raises(NotPossible):
        draft(tallied, form=Draft(Outcome.DISQUALIFY, Basis.GATE, "독자성"))


def test_nobody_advances_while_a_gate_is_not_ruled_on():
    scene = Scene()
    scene.seal()
    actions.take_tally(scene.phase, taken_by=scene.officer)
    with pytest.raises(NotPossible, match="originality"):
        draft(scene, form=Draft(Outcome.ADVANCE, Basis.RANK, "순위에 따름"))
    assert draft(scene).outcome == Outcome.CUT


def test_a_vacancy_is_drafted_once_at_a_time(tallied):
    first = actions.draft_vacancy(tallied.phase, seats=1, public_rationale="결원", drafted_by=tallied.officer)
    with pytest.raises(NotPossible, match=str(first.pk)):
        actions.draft_vacancy(tallied.phase, seats=1, public_rationale="결원", drafted_by=tallied.officer)
    actions.discard_decision(first, discarded_by=tallied.officer, reason="잘못 적음")
    assert actions.draft_vacancy(tallied.phase, seats=1, public_rationale="결원", drafted_by=tallied.officer)


def test_the_phase_is_decided_only_when_every_entry_is(tallied):
    tallied.decide(tallied.entries[0], Outcome.ADVANCE)

    with pytest.raises(Incomplete) as refusal:
        actions.decide_phase(tallied.phase, decided_by=tallied.decider)

    assert len(refusal.value.holes) == 2


def test_an_entry_moves_at_the_notice_and_not_before(tallied):
    tallied.decide_all()
    entry = tallied.entries[2]
    entry.refresh_from_db()
    assert entry.state == "competing"

    actions.notify_phase(tallied.phase, notified_by=tallied.officer)

    entry.refresh_from_db()
    assert entry.state == "cut"


def test_the_notice_has_own_points_and_opinions_and_no_members_score(notified):
    content = Notice.objects.get(entry=notified.entries[0], kind="result").content

    assert content["scores"]["total"] == "72.0"
    assert sorted(content["opinions"]) == ["의견 0", "의견 3", "의견 6"]
    assert "sheets" not in str(content)
    assert "e01" not in str(content)
    assert content["scores"]["rank"] is None  # the matrix opens ranks to the public only


def test_an_objection_is_lodged_once_in_the_window_by_the_team(notified):
    decision = Decision.objects.get(entry=notified.entries[2])
    lodge = {"ground": AppealGround.MISREADING, "text": "표 3"}

    with pytest.raises(NotPossible):
        actions.lodge_appeal(decision, lodged_by=notified.members[0], **lodge)
    actions.lodge_appeal(decision, lodged_by=notified.members[2], **lodge)
    with pytest.raises(NotPossible):
        actions.lodge_appeal(decision, lodged_by=notified.members[2], **lodge)


def test_after_the_window_there_is_no_objection(notified):
    decision = Decision.objects.get(entry=notified.entries[2])
    Decision.objects.filter(pk=decision.pk).update(objection_until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(NotPossible):
        actions.lodge_appeal(decision, ground="other", text="늦음", lodged_by=notified.members[2])


def test_no_decision_is_final_while_objections_are_possible(notified):
    decision = Decision.objects.get(entry=notified.entries[0])

    with pytest.raises(NotPossible):
        actions.finalise_decision(decision, finalised_by=notified.officer)


def test_a_disjoint_panel_rules_and_an_upheld_objection_reopens_the_entry(notified):
    scene, entry = notified, notified.entries[2]
    decision = Decision.objects.get(entry=entry)
    appeal = actions.lodge_appeal(decision, ground="misreading", text="표 3", lodged_by=scene.members[2])
    appeal = actions.rule_on_admission(appeal, admit=True, reason="사유 적격", ruled_by=scene.officer)
    with pytest.raises(NotPossible):
        actions.rule_on_appeal(appeal, uphold=True, minutes=scene.meeting(), reason="오독", ruled_by=scene.decider)
    panel = make_panel(scene.phase, kind=PanelKind.APPEAL, part="")
    for _number in range(3):
        make_seat(panel, officer=scene.officer)

    actions.refer_appeal(appeal, panel=panel, referred_by=scene.officer)
    ruled = actions.rule_on_appeal(
        appeal, uphold=True, minutes=scene.meeting(panel=panel), reason="오독", ruled_by=scene.decider
    )
    again = actions.draft_decision(
        entry,
        draft=Draft(Outcome.RE_EVALUATE, Basis.APPEAL, "이의신청 인용"),
        drafted_by=scene.officer,
        supersedes=decision,
    )
    again = actions.endorse_decision(again, minutes=scene.meeting(panel=panel), endorsed_by=scene.officer)
    again = actions.approve_decision(again, approved_by=scene.decider)
    actions.notify_decision(again, notified_by=scene.officer)

    entry.refresh_from_db()
    decision.refresh_from_db()
    assert (ruled.state, decision.state, entry.state) == ("upheld", "superseded", "held")


def test_minutes_need_a_quorum_and_every_vote(tallied):
    seats = list(tallied.panel.seats.all())
    meeting = {"subject": "의결", "text": "논의", "held_at": timezone.now(), "recorded_by": tallied.officer}

    with pytest.raises(NotPossible):
        actions.hold_meeting(tallied.panel, present=seats[:1], vote=Vote(1, 0), **meeting)
    with pytest.raises(NotPossible):
        actions.hold_meeting(tallied.panel, present=seats, vote=Vote(2, 0), **meeting)


def test_nobody_undeclared_votes_on_a_committee_either(tallied):
    committee = make_panel(tallied.phase, kind="committee", part="", name="심의위원회")
    seat = actions.seat_panel(committee, user=make_user("reviewer"), seated_by=tallied.officer)
    meeting = {"subject": "의결", "text": "논의", "held_at": timezone.now(), "recorded_by": tallied.officer}

    with pytest.raises(NotPossible, match=seat.code):
        actions.hold_meeting(committee, present=[seat], vote=Vote(1, 0), **meeting)


def test_a_vacancy_and_its_additional_call(notified):
    scene = notified
    following = make_phase("drafted")
    vacancy = actions.draft_vacancy(scene.phase, seats=1, public_rationale="결원", drafted_by=scene.officer)
    closes = timezone.now() + timedelta(days=20)
    with pytest.raises(NotPossible):
        actions.open_additional_call(vacancy, phase=following, closes_at=closes, opened_by=scene.officer)
    vacancy = actions.endorse_decision(vacancy, minutes=scene.meeting(), endorsed_by=scene.officer)
    vacancy = actions.approve_decision(vacancy, approved_by=scene.decider)

    call = actions.open_additional_call(vacancy, phase=following, closes_at=closes, opened_by=scene.officer)

    assert (call.state, call.seats, call.phase) == ("open", 1, following)
    with pytest.raises(NotPossible):
        actions.open_additional_call(vacancy, phase=following, closes_at=closes, opened_by=scene.officer)
