"""A seat that stays vacant is a decision; the call for it refers to it, and its selection is a decision that may name nobody."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.viewer import viewer_of_user
from portal.programmes.actions import draft_call, move_call
from portal.programmes.models import Call, Phase
from portal.review.actions.base import (
    locked,
    require_outsider,
    require_role,
    require_stage,
    require_text,
)
from portal.review.actions.decisions import endorse_decision
from portal.review.enums import AuditAction, Basis, DecisionState, Outcome
from portal.review.errors import NotPossible
from portal.review.models import Decision, Minutes
from portal.review.selectors.decisions import DECIDED, GONE

UNDER_WAY = (DecisionState.DRAFTED, DecisionState.ENDORSED)
STAGES = ("tallied", "decided", "notified", "objection", "final")
SELECTIONS = (Outcome.SELECT, Outcome.SELECT_NONE)


@transaction.atomic
def draft_vacancy(phase: Phase, *, seats: int, public_rationale: str, drafted_by: User) -> Decision:
    """Draft the decision that `seats` seats fell vacant. It is endorsed and approved like any other."""
    require_role(drafted_by, "officer")
    require_outsider(drafted_by, phase)
    row = locked(phase)
    require_stage(row, *STAGES, doing=_("Recording a vacancy"))
    require_text(public_rationale, _("Write the rationale: it is what the team and the public read."))
    if seats < 1:
        raise NotPossible(_("A vacancy is of at least one seat."))
    if waiting := row.decisions.filter(outcome=Outcome.VACATE_SEAT, state__in=UNDER_WAY).first():
        raise NotPossible(
            _("A vacancy is drafted already (no. %(number)s); approve or discard it first.") % {"number": waiting.pk}
        )
    decision = Decision.objects.create(
        phase=row,
        seats=seats,
        outcome=Outcome.VACATE_SEAT,
        basis=Basis.VOTE,
        public_rationale=public_rationale,
        drafted_by=drafted_by,
        drafted_at=timezone.now(),
    )
    leave_trace(AuditAction.VACANCY_RECORDED, by=drafted_by, subject=decision, after={"seats": seats})
    return decision


@transaction.atomic
def draft_additional_call(
    vacancy: Decision, *, phase: Phase, opens_at: datetime, closes_at: datetime, drafted_by: User
) -> Call:
    """Draft the call for the vacant seats in `phase`, the one that whoever is selected will enter; one call per vacancy.

    The reason of the call is the public rationale as it was written; pages add the number of the decision.
    """
    row = locked(vacancy)
    require_outsider(drafted_by, row.phase)
    if row.outcome != Outcome.VACATE_SEAT or row.state not in DECIDED:
        raise NotPossible(_("An additional call needs an approved decision that a seat is vacant."))
    if row.call is not None:
        raise NotPossible(_("This vacancy has its call already."))
    call = draft_call(
        phase,
        seats=row.seats,
        opens_at=opens_at,
        closes_at=closes_at,
        reason=row.public_rationale,
        actor=viewer_of_user(drafted_by),
    )
    row.call = vacancy.call = call
    row.save(update_fields=["call"])
    return call


@transaction.atomic
def open_additional_call(vacancy: Decision, *, phase: Phase, closes_at: datetime, opened_by: User) -> Call:
    """Draft the call for a vacancy and open it at once, without terms of its own."""
    now = timezone.now()
    call = draft_additional_call(vacancy, phase=phase, opens_at=now, closes_at=closes_at, drafted_by=opened_by)
    return move_call(call, "open", actor=viewer_of_user(opened_by))


@transaction.atomic
def draft_selection(
    call: Call, *, seats: int, public_rationale: str, minutes: Minutes, drafted_by: User, private_rationale: str = ""
) -> Decision:
    """Draft whom a call selects (`seats` applicants, 0 for nobody) and endorse it on the minutes of the vote."""
    require_role(drafted_by, "officer")
    require_outsider(drafted_by, call.phase)
    require_text(public_rationale, _("Write the rationale: it is what the applicants and the public read."))
    row = locked(call)
    if row.state != "judged":
        raise NotPossible(_("The committee has not judged this call yet."))
    if Decision.objects.filter(call=row, outcome__in=SELECTIONS).exclude(state__in=GONE).exists():
        raise NotPossible(_("There is already a decision on this call; return or discard it first."))
    decision = Decision.objects.create(
        phase=row.phase,
        call=row,
        seats=seats,
        outcome=Outcome.SELECT if seats else Outcome.SELECT_NONE,
        basis=Basis.VOTE,
        public_rationale=public_rationale,
        private_rationale=private_rationale,
        drafted_by=drafted_by,
        drafted_at=timezone.now(),
    )
    leave_trace(
        AuditAction.DECISION_DRAFTED,
        by=drafted_by,
        subject=decision,
        after={"call": row.pk, "outcome": decision.outcome, "seats": seats},
    )
    return endorse_decision(decision, minutes=minutes, endorsed_by=drafted_by)
