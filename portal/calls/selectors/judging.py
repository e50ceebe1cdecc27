"""Who judges the applications, what they voted, and whom that selects."""

from dataclasses import dataclass

from portal.calls.enums import ApplicationState, InterestState
from portal.calls.models import Application, ApprovalVote, Committee, CommitteeInterest, EligibilityCheck, Judgement
from portal.calls.selectors.applications import handed_in
from portal.consortia.models import Consortium, ConsortiumInstitution, Institution
from portal.programmes.models import Call
from portal.review.enums import SeatKind
from portal.review.models import Minutes, PanelSeat
from portal.review.policies.scopes import CLEARED
from portal.review.selectors.rules import rules_of

OPENS = (InterestState.CLEAR, InterestState.ALLOWED)


@dataclass(frozen=True)
class Applicant:
    """One institution behind one application: what a committee member answers for."""

    consortium: Consortium
    institution: Institution

    @property
    def key(self) -> tuple[int, int]:
        return (self.consortium.pk, self.institution.pk)


def committee_of(call: Call) -> Committee | None:
    return Committee.objects.filter(call=call).select_related("panel", "call__phase").first()


def institutions_behind(call: Call) -> list[Applicant]:
    """Every institution of every consortium that handed in, lead first."""
    applicants = [application.consortium_id for application in handed_in(call)]
    places = ConsortiumInstitution.objects.filter(
        consortium__in=applicants, accepted_at__isnull=False, ends=None
    ).select_related("consortium", "institution")
    return [Applicant(row.consortium, row.institution) for row in places.order_by("consortium__slug", "role", "pk")]


def seats_of(committee: Committee) -> list[PanelSeat]:
    rows = committee.panel.seats.exclude(kind=SeatKind.ALTERNATE)
    return list(rows.select_related("user", "declaration").order_by("pk"))


def interest_of(committee: Committee, seat: PanelSeat) -> CommitteeInterest | None:
    return CommitteeInterest.objects.filter(committee=committee, seat=seat).first()


def is_cleared(committee: Committee, seat: PanelSeat) -> bool:
    """Both declarations are in order: that against the teams of the phase, and that against the applicants."""
    interest = interest_of(committee, seat)
    return seat.declaration.state in CLEARED and interest is not None and interest.state in OPENS


def latest_check(application: Application) -> EligibilityCheck | None:
    return application.checks.order_by("-number").first()


def candidates(call: Call) -> list[Application]:
    """What the committee votes on: handed in, and not ruled out."""
    return [row for row in handed_in(call) if row.state == ApplicationState.HANDED_IN]


def unchecked(call: Call) -> list[Application]:
    """Applications whose eligibility nobody has checked yet."""
    return [row for row in handed_in(call) if latest_check(row) is None]


def latest_judgement(call: Call) -> Judgement | None:
    """The meeting that counts: the last one."""
    rows = Judgement.objects.filter(call=call).select_related("minutes__panel__phase__ruleset", "call")
    return rows.order_by("-pk").first()


def votes_in(judgement: Judgement) -> list[ApprovalVote]:
    """Most approvals first."""
    rows = judgement.votes.select_related("application__consortium", "version")
    return list(rows.order_by("-votes_for", "application_id"))


def is_approved(vote: ApprovalVote, *, minutes: Minutes) -> bool:
    """By majority of the seated panel, or of those present, as the frozen rule set of the phase says."""
    present = vote.votes_for + vote.votes_against + vote.votes_abstained
    by_present = rules_of(minutes.panel.phase).vote.approval == "majority_of_present"
    return vote.votes_for * 2 > (present if by_present else minutes.seated)


@dataclass(frozen=True)
class Verdict:
    """`selected` fill the seats; `tied` have equal votes at the last seat, so another vote has to tell them apart."""

    selected: tuple[Application, ...] = ()
    tied: tuple[Application, ...] = ()


def verdict_of(judgement: Judgement) -> Verdict:
    """Whom the votes select: approved applications, most approvals first, as far as the seats go. It may be nobody."""
    seats = judgement.call.seats
    approved = [vote for vote in votes_in(judgement) if is_approved(vote, minutes=judgement.minutes)]
    if len(approved) <= seats:
        return Verdict(tuple(vote.application for vote in approved))
    last = approved[seats - 1].votes_for
    if approved[seats].votes_for < last:
        return Verdict(tuple(vote.application for vote in approved[:seats]))
    above = tuple(vote.application for vote in approved if vote.votes_for > last)
    return Verdict(above, tuple(vote.application for vote in approved if vote.votes_for == last))
