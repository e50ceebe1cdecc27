"""A seat that stays vacant is a decision; the additional call refers to it and may select nobody."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.viewer import viewer_of_user
from portal.programmes.actions import open_call
from portal.programmes.models import Call, Phase
from portal.review.actions.base import (
    leave_trace,
    locked,
    require_outsider,
    require_role,
    require_stage,
    require_text,
)
from portal.review.enums import AuditAction, Basis, DecisionState, Outcome
from portal.review.errors import NotPossible
from portal.review.models import Decision

STAGES = ("tallied", "decided", "notified", "objection", "final")


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
def open_additional_call(vacancy: Decision, *, phase: Phase, closes_at: datetime, opened_by: User) -> Call:
    """Open a call for the vacant seats in `phase`, the one that whoever is selected will enter; one call per vacancy."""
    row = locked(vacancy)
    require_outsider(opened_by, row.phase)
    if row.outcome != Outcome.VACATE_SEAT or row.state not in {
        DecisionState.APPROVED,
        DecisionState.NOTIFIED,
        DecisionState.FINAL,
    }:
        raise NotPossible(_("An additional call needs an approved decision that a seat is vacant."))
    if row.call is not None:
        raise NotPossible(_("The call for this vacancy is already open."))
    reason = _("Vacancy by decision no. %(number)s: %(why)s") % {"number": row.pk, "why": row.public_rationale}
    call = open_call(phase, seats=row.seats, closes_at=closes_at, reason=reason, actor=viewer_of_user(opened_by))
    row.call = call
    row.save(update_fields=["call"])
    return call
