"""A session is planned, put to another time, called off."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.dossiers.actions.base import (
    asked_addresses,
    leave_trace,
    locked,
    require_officer,
    require_text,
    step,
    tell,
)
from portal.dossiers.enums import AuditAction, SessionState
from portal.dossiers.errors import DossierError
from portal.dossiers.models import VerificationSession
from portal.dossiers.selectors.parts import counted
from portal.review.policies import STAGES

FIRST_STAGE = "closed"  # before it nothing of the entry is evidence


class Plan(NamedTuple):
    """What is verified, when, where; `purpose` says why, and what the session is not about."""

    subject: str
    purpose: str
    planned_for: datetime
    place: str


@transaction.atomic
def plan_session(entry: Entry, *, plan: Plan, by: Viewer) -> VerificationSession:
    """Fix a session on the hand-in that counts. The team is told at once; the agenda follows on the same page."""
    rows = Entry.objects.select_for_update(of=("self",)).select_related("phase__programme", "consortium")
    found = rows.get(pk=entry.pk)
    require_officer(by, found.phase.programme)
    if STAGES.index(found.phase.state) < STAGES.index(FIRST_STAGE) or counted(found) is None:
        raise DossierError(_("There is nothing to verify yet: the phase has to be closed and the entry handed in."))
    _require_ahead(plan.planned_for)
    session = VerificationSession.objects.create(
        entry=found,
        subject=require_text(plan.subject, field="subject"),
        purpose=require_text(plan.purpose, field="purpose"),
        planned_for=plan.planned_for,
        place=require_text(plan.place, field="place"),
        planned_by=by.actor,
    )
    tell(session, "planned")
    after = {"entry": found.code, "phase": found.phase_id, "planned_for": plan.planned_for.isoformat()}
    leave_trace(AuditAction.PLANNED, by=by, subject=session, after=after)
    return session


@transaction.atomic
def reschedule_session(
    session: VerificationSession, *, planned_for: datetime, place: str, reason: str, by: Viewer
) -> VerificationSession:
    """Another time or place; everybody who was told is told again, with the reason."""
    row = locked(session)
    step("reschedule", row, by=by, reason=reason)
    _require_ahead(planned_for)
    before = {"planned_for": row.planned_for.isoformat(), "place": row.place}
    row.planned_for, row.place = planned_for, require_text(place, field="place")
    row.save(update_fields=["planned_for", "place"])
    tell(row, "rescheduled", more=asked_addresses(row), reason=reason, number=timezone.now().isoformat())
    after = {"planned_for": planned_for.isoformat(), "place": row.place}
    leave_trace(AuditAction.RESCHEDULED, by=by, subject=row, before=before, after=after, reason=reason)
    return row


@transaction.atomic
def cancel_session(session: VerificationSession, *, reason: str, by: Viewer) -> VerificationSession:
    """Call it off before it takes place; the row and its agenda stay readable."""
    row = locked(session)
    found = step("cancel", row, by=by, reason=reason)
    row.state, row.cancel_reason = SessionState(found.target), reason.strip()
    row.save(update_fields=["state", "cancel_reason"])
    tell(row, "cancelled", more=asked_addresses(row), reason=row.cancel_reason)
    leave_trace(AuditAction.CANCELLED, by=by, subject=row, before={"state": found.source}, reason=row.cancel_reason)
    return row


def _require_ahead(moment: datetime) -> None:
    if moment <= timezone.now():
        raise DossierError(_("This moment has passed; give one that lies ahead."), field="planned_for")
