from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.review import actions
from portal.review.actions import Draft
from portal.review.enums import Basis, Outcome
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Decision, Disqualification, Notice, Question, VerificationEvidence
from tests.factories.review import Scene
from tests.review.deciding import approved, decision_on, notified, reopened

pytestmark = pytest.mark.django_db
CUT = Draft(Outcome.CUT, Basis.RANK, "순위에 따름")


@pytest.fixture
def scene():
    scene = Scene()
    scene.tally()
    return scene


def hold(scene, entry=2):
    return actions.hold_entry(scene.entries[entry], reason="가중치 출처를 더 본다", held_by=scene.officer)


def state_of(row):
    row.refresh_from_db()
    return row.state


def notify_others(scene):
    for number in (0, 1):
        scene.decide(scene.entries[number], Outcome.ADVANCE)
    actions.decide_phase(scene.phase, decided_by=scene.decider)
    actions.notify_phase(scene.phase, notified_by=scene.officer)
    scene.phase.refresh_from_db()


def test_a_held_verdict_lets_the_phase_go_on_and_is_decided_on_its_own(scene):
    opened = hold(scene)
    notify_others(scene)
    assert (scene.phase.state, state_of(scene.entries[2])) == ("notified", "held")

    late = actions.draft_decision(scene.entries[2], draft=CUT, drafted_by=scene.officer)
    late = notified(scene, late)

    assert (state_of(scene.entries[2]), state_of(opened), late.state) == ("cut", "concluded", "notified")
    assert late.objection_until > timezone.now()


def test_the_team_is_told_why_its_verdict_is_held(scene):
    opened = hold(scene)

    notice = Notice.objects.get(entry=scene.entries[2], kind="verification")
    assert notice.content["reason"] == opened.reason


def test_a_question_in_the_round_belongs_to_it(scene):
    opened = hold(scene)
    due = timezone.now() + timedelta(days=1)

    actions.ask_question(scene.entries[2], text="출처는?", due_at=due, asked_by=scene.officer)
    actions.ask_question(scene.entries[0], text="출처는?", due_at=due, asked_by=scene.officer)

    assert [question.entry for question in opened.questions.all()] == [scene.entries[2]]
    assert Question.objects.filter(verification=None).count() == 1


def test_evidence_is_numbered_digested_and_stays(scene):
    opened = hold(scene)
    for text in ("첫째", "둘째"):
        actions.add_evidence(opened, text=text, references=[{"reference": "run 7"}], added_by=scene.officer)

    rows = list(opened.evidence.all())
    assert [row.number for row in rows] == [1, 2]
    assert len({row.digest for row in rows}) == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        VerificationEvidence.objects.update(text="다르게")


def test_released_before_the_phase_is_decided_the_entry_competes_again(scene):
    opened = hold(scene)

    actions.release_entry(opened, reason="확인됨", released_by=scene.officer)

    assert (state_of(opened), state_of(scene.entries[2])) == ("released", "competing")
    with pytest.raises(Incomplete):
        actions.decide_phase(scene.phase, decided_by=scene.decider)


def test_after_the_others_are_told_only_a_decision_ends_the_hold(scene):
    opened = hold(scene)
    notify_others(scene)

    with pytest.raises(NotPossible):
        actions.release_entry(opened, reason="확인됨", released_by=scene.officer)


def test_an_entry_is_not_held_twice_nor_once_decided(scene):
    hold(scene)
    actions.draft_decision(scene.entries[0], draft=CUT, drafted_by=scene.officer)

    for entry in (0, 2):
        with pytest.raises(NotPossible):
            hold(scene, entry=entry)


def test_a_doubt_found_in_the_round_takes_its_whole_way_after_the_others_were_told(scene):
    hold(scene)
    notify_others(scene)
    entry = scene.entries[2]
    case = actions.raise_disqualification(
        entry, gate="originality", grounds="동일 텐서", evidence=[], raised_by=scene.officer
    )
    due = timezone.now() + timedelta(days=1)
    actions.notify_disqualification(case, reply_due=due, notified_by=scene.officer)
    actions.reply_to_disqualification(case, text="직접 학습", replied_by=scene.members[2])
    with pytest.raises(NotPossible):
        actions.draft_decision(entry, draft=CUT, drafted_by=scene.officer)
    actions.rule_on_disqualification(
        case, uphold=True, minutes=scene.meeting(), reason="소명 부족", ruled_by=scene.officer
    )
    out = Draft(Outcome.DISQUALIFY, Basis.GATE, "독자성")
    with pytest.raises(NotPossible):
        actions.draft_decision(entry, draft=out, drafted_by=scene.officer)
    tally = actions.take_tally(scene.phase, taken_by=scene.officer, reason="독자성 판정")

    notified(scene, actions.draft_decision(entry, draft=out, drafted_by=scene.officer))

    assert (tally.version, state_of(entry), state_of(scene.phase)) == (2, "disqualified", "notified")


def test_the_phase_becomes_final_without_waiting_for_a_held_entry(scene):
    hold(scene)
    notify_others(scene)
    scene.phase.state = "objection"
    scene.phase.save()
    with pytest.raises(Incomplete):
        actions.finalise_phase(scene.phase, finalised_by=scene.decider)
    Decision.objects.update(objection_until=timezone.now() - timedelta(seconds=1))
    late = approved(scene, actions.draft_decision(scene.entries[2], draft=CUT, drafted_by=scene.officer))
    actions.notify_decision(late, notified_by=scene.officer)

    actions.finalise_phase(scene.phase, finalised_by=scene.officer)

    assert state_of(scene.phase) == "final"
    assert [state_of(decision_on(scene, number)) for number in range(3)] == ["final", "final", "notified"]


def test_a_reopened_entry_is_decided_anew_and_not_objected_to_again():
    scene = Scene()
    scene.notify()
    reopened(scene)
    entry = scene.entries[2]
    assert state_of(entry) == "held"
    round_ = entry.verifications.get()
    with pytest.raises(NotPossible):
        actions.release_entry(round_, reason="그냥", released_by=scene.officer)
    standing = Decision.objects.get(entry=entry, outcome="re_evaluate")
    anew = actions.draft_decision(
        entry,
        draft=Draft(Outcome.ADVANCE, Basis.APPEAL, "재평가 결과"),
        drafted_by=scene.officer,
        supersedes=standing,
    )

    anew = notified(scene, anew)

    assert (state_of(entry), state_of(round_), state_of(standing)) == ("advanced", "concluded", "superseded")
    assert anew.objection_until is None
    with pytest.raises(NotPossible):
        actions.lodge_appeal(anew, ground="other", text="또", lodged_by=scene.members[2])


def test_a_failed_gate_is_overturned_only_while_the_entry_is_evaluated_again():
    scene = Scene()
    scene.seal()
    case = actions.raise_disqualification(
        scene.entries[2], gate="originality", grounds="동일 텐서", evidence=[], raised_by=scene.officer
    )
    case = actions.notify_disqualification(
        case, reply_due=timezone.now() + timedelta(days=1), notified_by=scene.officer
    )
    actions.reply_to_disqualification(case, text="직접 학습", replied_by=scene.members[2])
    minutes = scene.meeting()
    actions.rule_on_disqualification(case, uphold=True, minutes=minutes, reason="부족", ruled_by=scene.officer)
    scene.pass_gates()
    actions.take_tally(scene.phase, taken_by=scene.officer)
    scene.phase.refresh_from_db()
    with pytest.raises(NotPossible):
        actions.overturn_disqualification(case, minutes=minutes, reason="다시", ruled_by=scene.officer)
    for number in (0, 1):
        scene.decide(scene.entries[number], Outcome.ADVANCE)
    scene.decide(scene.entries[2], Outcome.DISQUALIFY, Basis.GATE)
    actions.decide_phase(scene.phase, decided_by=scene.decider)
    actions.notify_phase(scene.phase, notified_by=scene.officer)
    reopened(scene)

    ruling = actions.overturn_disqualification(case, minutes=minutes, reason="재검토", ruled_by=scene.officer)

    assert (ruling.number, ruling.verdict, state_of(case)) == (2, "pass", "overturned")
    assert Disqualification.objects.count() == 1
