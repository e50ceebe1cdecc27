"""From the close to the new entry: eligibility, interests, votes, the decision of two people, and what it carries out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.calls import actions
from portal.calls.actions import Answer
from portal.calls.errors import CallError, Incomplete
from portal.calls.models import ApplicantNotice, Application, ApprovalVote, CommitteeInterest, Judgement
from portal.calls.selectors.calls import published_outcome
from portal.calls.selectors.judging import candidates, institutions_behind, latest_judgement, verdict_of
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Entry
from portal.letters.models import Letter
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Phase
from portal.review.actions import Vote, approve_decision, discard_decision, return_decision
from portal.review.errors import NotPossible
from portal.review.models import Decision, Minutes
from tests.factories.accounts import make_user
from tests.factories.calls import TERMS, CallScene
from tests.factories.review import make_panel

pytestmark = pytest.mark.django_db


def closed(applicants=2, **options):
    scene = CallScene(**options)
    scene.open()
    for index in range(applicants):
        scene.apply(index)
    scene.close()
    return scene


def ready(applicants=2, **options):
    scene = closed(applicants, **options)
    scene.name_committee()
    scene.check_all()
    return scene


def judge(scene, *approvals, **options):
    return actions.record_judgement(scene.call, meeting=scene.meeting(*approvals, **options), recorded_by=scene.officer)


def test_eligibility_needs_every_line_and_a_note_where_one_is_not_met():
    scene = closed(1)
    application = Application.objects.get()
    for answers in ({1: Answer(met=True)}, {1: Answer(met=True), 2: Answer(met=False)}):
        with pytest.raises(Incomplete):
            actions.check_eligibility(application, answers=answers, checked_by=scene.officer)


def test_who_is_not_eligible_is_not_voted_on_and_may_be_readmitted():
    scene = closed(2)
    scene.name_committee()
    scene.check_all()
    first = Application.objects.order_by("pk").first()
    out = {1: Answer(met=True), 2: Answer(met=False, note="참여제한 기관이 있음")}
    actions.check_eligibility(first, answers=out, checked_by=scene.officer)
    assert (Application.objects.get(pk=first.pk).state, first.checks.count()) == ("ineligible", 2)
    assert candidates(scene.call) == [Application.objects.order_by("pk").last()]

    met = {1: Answer(met=True), 2: Answer(met=True)}
    actions.check_eligibility(first, answers=met, checked_by=scene.officer, reason="자료 보완")
    judge(scene, 3, 3)
    assert ApprovalVote.objects.count() == 2


def test_the_committee_waits_for_eligibility_and_for_its_name():
    scene = closed(1)
    with pytest.raises(CallError):
        judge(scene, 0)
    scene.name_committee()
    with pytest.raises(Incomplete):
        judge(scene, 3)
    assert not Minutes.objects.exists()


def test_an_undeclared_member_takes_no_part():
    scene = closed(1)
    scene.name_committee(cleared=False)
    scene.check_all()
    scene.clear(scene.seats[0])
    with pytest.raises(Incomplete) as refused:
        judge(scene, 3)
    assert refused.value.holes == [seat.code for seat in scene.seats[1:]]


def test_every_institution_of_every_applicant_is_answered_for():
    scene = closed(2)
    scene.name_committee(cleared=False)
    seat, places = scene.seats[0], institutions_behind(scene.call)
    with pytest.raises(Incomplete):
        actions.declare_interests(scene.committee, seat=seat, answers={places[0].key: None}, declared_by=seat.user)
    answers = {place.key: None for place in places}
    with pytest.raises(PermissionDenied):
        actions.declare_interests(scene.committee, seat=seat, answers=answers, declared_by=scene.seats[1].user)


def test_an_interest_waits_for_a_ruling_and_a_recusal_leaves_the_seat():
    scene = closed(1)
    scene.name_committee(cleared=False)
    seat = scene.seats[0]
    answers = {place.key: "공동 연구" for place in institutions_behind(scene.call)}
    interest = actions.declare_interests(scene.committee, seat=seat, answers=answers, declared_by=seat.user)
    assert interest.state == "declared"

    actions.rule_on_interest(interest, event="recuse", reason="직접 이해관계", ruled_by=scene.officer)
    seat.declaration.refresh_from_db()
    assert (CommitteeInterest.objects.get().state, seat.declaration.state) == ("recused", "recused")
    scene.check_all()
    for other in scene.seats[1:]:
        scene.clear(other)
    scene.seats = scene.seats[1:]
    judge(scene, 2)
    assert Minutes.objects.get().seated == 2


def test_a_member_of_an_applicant_cannot_declare():
    scene = CallScene(actors={"reviewer": make_user("reviewer", "team")})
    scene.open()
    scene.apply(0)
    scene.close()
    scene.name_committee(cleared=False)
    scene.consortia[0].memberships.update(user=scene.reviewer)
    with pytest.raises(PermissionDenied):
        scene.clear(scene.seats[0])


def test_a_committee_that_has_declared_stays():
    scene = closed(1)
    scene.name_committee()
    panel = make_panel(scene.phase, kind="committee", part="", name="다른 위원회")
    with pytest.raises(CallError):
        actions.name_committee(scene.call, panel=panel, named_by=scene.officer)


@pytest.mark.parametrize("vote", [Vote(3, 1), Vote(2, 0), Vote(0, 0)])
def test_every_vote_counts_everybody_present(vote):
    scene = ready(1)
    meeting = scene.meeting(3)
    key = next(iter(meeting.votes))
    with pytest.raises(Incomplete):
        actions.record_judgement(scene.call, meeting=replace(meeting, votes={key: vote}), recorded_by=scene.officer)
    assert (Minutes.objects.count(), scene.fresh().state) == (0, "closed")


def test_a_single_applicant_is_judged_too_and_needs_a_majority_of_the_seated():
    scene = ready(1)
    scene.seats = scene.seats[:2]  # one of three is absent
    judge(scene, 1)
    assert verdict_of(latest_judgement(scene.call)).selected == ()


def test_seats_go_to_the_most_approvals():
    scene = ready(2)
    judge(scene, 2, 3)
    assert [row.consortium for row in verdict_of(latest_judgement(scene.call)).selected] == [scene.consortia[1]]


def test_equal_votes_are_voted_on_again_with_a_reason():
    scene = ready(2)
    judge(scene, 2, 2)
    assert len(verdict_of(latest_judgement(scene.call)).tied) == 2
    with pytest.raises(CallError):
        actions.draft_call_decision(scene.call, public_rationale="동수", drafted_by=scene.officer)
    with pytest.raises(ProgrammeError):
        judge(scene, 3, 1)

    actions.record_judgement(scene.call, meeting=scene.meeting(3, 1), recorded_by=scene.officer, reason="동수")
    assert len(verdict_of(latest_judgement(scene.call)).selected) == 1
    assert Judgement.objects.count() == 2


def test_a_resolution_that_is_not_carried_decides_nothing():
    scene = ready(1)
    judge(scene, 3, resolution=1)
    with pytest.raises(NotPossible):
        actions.draft_call_decision(scene.call, public_rationale="부결", drafted_by=scene.officer)
    assert not Decision.objects.exists()


def test_two_people_decide_and_one_decision_stands():
    scene = ready(1)
    judge(scene, 3)
    decision = actions.draft_call_decision(scene.call, public_rationale="과반 찬성", drafted_by=scene.officer)
    assert (decision.state, decision.outcome, decision.seats) == ("endorsed", "select", 1)
    with pytest.raises(NotPossible):
        actions.draft_call_decision(scene.call, public_rationale="다시", drafted_by=scene.officer)
    with pytest.raises(NotPossible):
        approve_decision(decision, approved_by=scene.officer)
    with pytest.raises(CallError):
        actions.carry_out_selection(scene.call, carried_out_by=scene.officer)
    assert not Entry.objects.filter(call=scene.call).exists()


def test_a_returned_selection_is_discarded_and_drafted_anew():
    scene = ready(1)
    judge(scene, 3)
    decision = actions.draft_call_decision(scene.call, public_rationale="첫 안", drafted_by=scene.officer)
    return_decision(decision, returned_by=scene.decider, reason="사유 보완")
    discard_decision(decision, discarded_by=scene.officer, reason="다시 작성")

    again = actions.draft_call_decision(scene.call, public_rationale="둘째 안", drafted_by=scene.officer)
    assert (again.state, again.selected.count()) == ("endorsed", 1)


def test_carrying_out_tells_everybody_and_only_once():
    scene = ready(2)
    judge(scene, 3, 1)
    scene.decide()
    Letter.objects.all().delete()
    notices = actions.carry_out_selection(scene.call, carried_out_by=scene.officer)
    assert actions.carry_out_selection(scene.call, carried_out_by=scene.officer) == notices

    assert sorted(Letter.objects.values_list("to", flat=True)) == sorted(user.email for user in scene.managers)
    assert [notice.content["outcome"] for notice in notices] == ["selected", "not_selected"]
    assert (Entry.objects.filter(call=scene.call).count(), ApplicantNotice.objects.count()) == (1, 2)
    assert Decision.objects.get().state == "notified"


def test_the_new_entry_has_the_deadline_that_the_call_announced():
    deadline = timezone.now() + timedelta(days=200)
    scene = ready(1, terms=replace(TERMS, entry_deadline=deadline))
    judge(scene, 3)
    scene.carry_out()
    assert Entry.objects.get(call=scene.call).deadline == deadline


def test_a_phase_that_takes_no_entries_leaves_everything_as_it_was():
    scene = ready(1)
    judge(scene, 3)
    scene.decide()
    Phase.objects.filter(pk=scene.phase.pk).update(state="scoring")
    with pytest.raises(ConsortiumError):
        actions.carry_out_selection(scene.call, carried_out_by=scene.officer)
    assert (scene.fresh().state, Application.objects.get().state, ApplicantNotice.objects.count()) == (
        "judged",
        "handed_in",
        0,
    )


def test_who_was_not_eligible_is_told_why_and_nothing_of_the_others():
    scene = closed(2)
    scene.name_committee()
    scene.check_all()
    second = Application.objects.order_by("pk").last()
    out = {1: Answer(met=True), 2: Answer(met=False, note="참여제한 기관이 있음")}
    actions.check_eligibility(second, answers=out, checked_by=scene.officer)
    judge(scene, 3)
    scene.carry_out()

    notice = ApplicantNotice.objects.get(application=second)
    assert (notice.content["outcome"], notice.content["unmet"][0]["note"]) == ("ineligible", "참여제한 기관이 있음")
    assert scene.consortia[0].name not in str(notice.content)


def test_all_ineligible_still_takes_a_decision_that_selects_nobody():
    scene = closed(1)
    scene.name_committee()
    out = {1: Answer(met=False, note="외국 법인"), 2: Answer(met=True)}
    actions.check_eligibility(Application.objects.get(), answers=out, checked_by=scene.officer)
    judge(scene)
    scene.carry_out()
    assert (scene.call.state, Decision.objects.get().outcome) == ("left_vacant", "select_none")


def test_reading_the_notice_is_the_proof_of_receipt():
    scene = ready(1)
    judge(scene, 3)
    scene.carry_out()
    notice = ApplicantNotice.objects.get()
    actions.read_notice(notice, read_by=scene.officer)
    assert ApplicantNotice.objects.get().read_at is None

    actions.read_notice(notice, read_by=scene.managers[0])
    first = ApplicantNotice.objects.get().read_at
    actions.read_notice(notice, read_by=scene.managers[0])
    assert first is not None
    assert ApplicantNotice.objects.get().read_at == first


def test_an_annulled_selection_stays_readable_as_such():
    scene = ready(1)
    judge(scene, 3)
    scene.carry_out()
    Decision.objects.update(state="annulled")
    assert published_outcome(scene.call).state == "annulled"


def test_votes_are_written_once():
    scene = ready(1)
    judge(scene, 3)
    with pytest.raises(DatabaseError), transaction.atomic():
        ApprovalVote.objects.update(votes_for=0)
