"""Calls at every stage: drafted, open, closed, judged, decided, filled; for the public, applicants, committee and staff."""

from collections.abc import Iterator

from portal.calls import actions
from portal.calls.models import ApplicantNotice, CommitteeInterest, Consent
from portal.calls.selectors.judging import institutions_behind
from portal.programmes.models import Programme
from portal.review.enums import Basis, DecisionState, Outcome
from portal.review.models import Decision
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.calls import CallScene, with_member
from tests.factories.programmes import make_phase
from tests.factories.review import make_seat


def pages() -> Iterator[Page]:
    officer, decider = make_user("officer"), make_user("decider")
    yield from _drafted_and_open(officer)
    yield from _judging(officer, decider)
    yield from _ended(officer, decider)
    yield Page("calls", "/calls/")
    yield Page("ops-calls", "/ops/calls/", officer)


def _drafted_and_open(officer) -> Iterator[Page]:
    draft = CallScene(actors={"officer": officer})
    vacancy = Decision.objects.create(
        phase=make_phase("final", programme=Programme.objects.get(pk=draft.phase.programme_id)),
        seats=1,
        outcome=Outcome.VACATE_SEAT,
        basis=Basis.VOTE,
        state=DecisionState.DRAFTED,
        public_rationale="한 팀이 결격되어 한 자리가 비었습니다.",
        drafted_by=officer,
        drafted_at=draft.call.created_at,
    )
    yield Page("ops-call-new", f"/ops/calls/new/{draft.phase.slug}/", officer)
    yield Page("ops-call-vacancy", f"/ops/calls/vacancies/{vacancy.pk}/new/", officer)
    yield Page("ops-call-drafted", f"/ops/calls/{draft.call.pk}/", officer)
    yield Page("ops-call-terms", f"/ops/calls/{draft.call.pk}/terms/", officer)
    scene = CallScene(actors={"officer": officer})
    with_member(scene.consortia[0])
    place, contact = with_member(scene.consortia[0])
    invitation = actions.invite_consortium(scene.call, consortium=scene.consortia[1], invited_by=officer)
    scene.open()
    application = scene.draft(0)
    consent = Consent.objects.filter(application=application, institution=place.institution).get()
    actions.answer_consent(consent, gives=True, content_digest=application.content_digest, answered_by=contact)
    second = scene.apply(1)
    number = second.versions.get().number
    yield Page("call-open", f"/calls/{scene.call.pk}/")
    yield Page("call-open-invited", f"/calls/{scene.call.pk}/", scene.managers[1])
    yield Page("call-apply", f"/calls/{scene.call.pk}/apply/", scene.managers[0])
    yield Page("call-applications", "/calls/applications/", contact)
    yield Page("call-application", f"/calls/applications/{application.pk}/", scene.managers[0])
    yield Page("call-application-done", f"/calls/applications/{second.pk}/", scene.managers[1])
    yield Page("call-application-member", f"/calls/applications/{application.pk}/", contact)
    yield Page("call-withdraw", f"/calls/applications/{second.pk}/withdraw/", scene.managers[1])
    yield Page("call-consent", f"/calls/consents/{consent.pk}/", contact)
    yield Page("call-decline", f"/calls/invitations/{invitation.pk}/decline/", scene.managers[1])
    yield Page("call-version", f"/calls/versions/{number}/", scene.managers[1])
    yield Page("call-receipt", f"/calls/receipts/{number}/", scene.managers[1])
    yield Page("ops-call-open", f"/ops/calls/{scene.call.pk}/", officer)


def _judging(officer, decider) -> Iterator[Page]:
    scene = CallScene(actors={"officer": officer, "decider": decider})
    scene.open()
    applications = [scene.apply(0), scene.apply(1)]
    scene.close()
    scene.name_committee(cleared=False)
    scene.clear(scene.seats[0])
    scene.clear(scene.seats[1])
    places = institutions_behind(scene.call)
    interests = {place.key: "2024년 공동 과제" if place is places[0] else None for place in places}
    yield Page("call-committee-declare", f"/calls/{scene.call.pk}/committee/", make_seat_of(scene))
    actions.declare_interests(scene.committee, seat=scene.seats[2], answers=interests, declared_by=scene.seats[2].user)
    interest = CommitteeInterest.objects.get(seat=scene.seats[2])
    yield Page("call-committee", f"/calls/{scene.call.pk}/committee/", scene.seats[0].user)
    yield Page("ops-call-interest", f"/ops/calls/interests/{interest.pk}/", officer)
    yield Page("ops-call-eligibility", f"/ops/calls/applications/{applications[0].pk}/eligibility/", officer)
    yield Page("ops-call-closed", f"/ops/calls/{scene.call.pk}/", officer)
    other = CallScene(actors={"officer": officer, "decider": decider})
    other.open()
    other.apply(0)
    other.apply(1)
    other.close()
    other.name_committee()
    other.check_all()
    yield Page("ops-call-judgement", f"/ops/calls/{other.call.pk}/judgement/", officer)
    judged = CallScene(actors={"officer": officer, "decider": decider})
    judged.open()
    judged.apply(0)
    judged.apply(1)
    judged.judge(3, 1)
    yield Page("ops-call-judged", f"/ops/calls/{judged.call.pk}/", officer)


def make_seat_of(scene):
    """A fourth member, whose declaration on the applicants is still missing."""
    return make_seat(scene.committee.panel, officer=scene.officer).user


def _ended(officer, decider) -> Iterator[Page]:
    scene = CallScene(actors={"officer": officer, "decider": decider})
    scene.open()
    scene.apply(0)
    scene.apply(1)
    scene.judge(3, 1)
    scene.decide()
    decision = Decision.objects.get(call=scene.call)
    yield Page("ops-call-decision", f"/ops/decisions/{decision.pk}/", officer)
    actions.carry_out_selection(scene.call, carried_out_by=officer)
    notice = ApplicantNotice.objects.get(application__consortium=scene.consortia[0])
    yield Page("call-filled", f"/calls/{scene.call.pk}/")
    yield Page("call-notice", f"/calls/notices/{notice.pk}/", scene.managers[0])
    yield Page("ops-call-filled", f"/ops/calls/{scene.call.pk}/", decider)
