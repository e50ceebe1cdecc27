"""A call for seats of a phase: drafted, opened, closed, and its outcome recorded."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.transitions import find
from portal.common.viewer import Viewer
from portal.programmes.enums import AuditAction, CallState
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Call, Phase
from portal.programmes.policies import authorise, require_role
from portal.programmes.transitions import CALL


@transaction.atomic
def draft_call(
    phase: Phase, *, seats: int, opens_at: datetime, closes_at: datetime, reason: str, actor: Viewer
) -> Call:
    """Announce a contest for seats of this phase: the phase that whoever is selected will enter."""
    require_role(actor, "officer")
    if closes_at <= opens_at or closes_at <= timezone.now():
        raise ProgrammeError(_("A call closes after it opens, and in the future; change its dates."))
    if seats < 1:
        raise ProgrammeError(_("A call is for at least one seat."))
    if not reason.strip():
        raise ProgrammeError(_("A call states its reason, such as the vacancy it fills."))
    call = Call.objects.create(phase=phase, seats=seats, opens_at=opens_at, closes_at=closes_at, reason=reason.strip())
    record(
        AuditAction.CALL_DRAFTED,
        actor=actor.actor,
        subject=f"call:{call.pk}",
        after={"phase": phase.slug, "seats": seats, "closes_at": closes_at.isoformat()},
        reason=call.reason,
    )
    return call


@transaction.atomic
def open_call(phase: Phase, *, seats: int, closes_at: datetime, reason: str, actor: Viewer) -> Call:
    """Draft a call and open it at once."""
    call = draft_call(phase, seats=seats, opens_at=timezone.now(), closes_at=closes_at, reason=reason, actor=actor)
    return move_call(call, "open", actor=actor)


@transaction.atomic
def move_call(call: Call, event: str, *, actor: Viewer, reason: str = "") -> Call:
    locked = Call.objects.select_for_update().get(pk=call.pk)
    step = find(CALL, event, locked.state)
    authorise(step, actor=actor, reason=reason)
    locked.state = call.state = CallState(step.target)
    locked.save(update_fields=["state"])
    record(
        AuditAction.CALL_MOVED,
        actor=actor.actor,
        subject=f"call:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason,
    )
    return call
