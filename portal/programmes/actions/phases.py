"""How a phase moves on, and how its deadline moves."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.time import kst
from portal.common.transitions import Transition, find
from portal.common.viewer import Viewer
from portal.programmes.actions.base import locked_phase, write_state
from portal.programmes.actions.rulesets import freeze_rules
from portal.programmes.enums import AuditAction, PhaseState
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import DeadlineChange, Phase
from portal.programmes.policies import authorise, needs_reason, require_role
from portal.programmes.transitions import PHASE

BEFORE_CLOSING = (PhaseState.DRAFTED, PhaseState.RULES_FROZEN, PhaseState.RECEIVING)
DEADLINE_MOVES = (*BEFORE_CLOSING, PhaseState.CLOSED)


@transaction.atomic
def move_phase(phase: Phase, event: str, *, actor: Viewer, reason: str = "") -> Phase:
    """Take one step of the table. Freezing does more than move, so it goes through `freeze_rules`."""
    if event == "freeze_rules":
        freeze_rules(phase, actor=actor)
        return phase
    locked = locked_phase(phase)
    step = find(PHASE, event, locked.state)
    if event == "replace_rules":
        raise ProgrammeError(_("Frozen rules are replaced by adopting an amendment, not by a step of the phase."))
    authorise(step, actor=actor, reason=reason)
    _must_fit_the_clock(locked, step=step, reason=reason)
    write_state(locked, target=step.target, mirror=phase)
    record(
        AuditAction.PHASE_MOVED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason,
    )
    return phase


def _must_fit_the_clock(phase: Phase, *, step: Transition, reason: str) -> None:
    opens = step.event in ("open_receiving", "reopen_receiving")
    if opens and (phase.closes_at is None or phase.closes_at <= timezone.now()):
        raise ProgrammeError(_("Receiving needs a deadline in the future; change the deadline first."))
    if needs_reason(step, phase) and not reason.strip():
        deadline = kst(phase.closes_at) if phase.closes_at else ""
        raise ProgrammeError(
            _("Receiving is announced until %(deadline)s; closing earlier is recorded with a reason.")
            % {"deadline": deadline}
        )


@transaction.atomic
def change_deadline(phase: Phase, *, closes_at: datetime, reason: str, actor: Viewer) -> DeadlineChange:
    """Move the deadline for every entry alike; an entry with a deadline of its own is moved by the same span."""
    require_role(actor, "officer")
    locked = locked_phase(phase)
    _must_be_a_possible_deadline(locked, closes_at=closes_at, reason=reason)
    change = DeadlineChange.objects.create(
        phase=locked, before=locked.closes_at, after=closes_at, reason=reason.strip(), decided_by=actor.actor
    )
    locked.closes_at = phase.closes_at = closes_at
    locked.save(update_fields=["closes_at"])
    record(
        AuditAction.DEADLINE_CHANGED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        before={"closes_at": change.before.isoformat() if change.before else None},
        after={"closes_at": closes_at.isoformat()},
        reason=change.reason,
    )
    return change


def _must_be_a_possible_deadline(phase: Phase, *, closes_at: datetime, reason: str) -> None:
    if phase.state not in (*BEFORE_CLOSING, PhaseState.CLOSED):
        raise ProgrammeError(_("Scoring has begun; the deadline of this phase can no longer move."))
    if closes_at <= timezone.now():
        raise ProgrammeError(_("The new deadline lies in the past; choose a later one."))
    if phase.opens_at and closes_at <= phase.opens_at:
        raise ProgrammeError(_("The new deadline lies before receiving opens; choose a later one."))
    if closes_at == phase.closes_at:
        raise ProgrammeError(_("This is the deadline already."))
    if not reason.strip():
        raise ProgrammeError(_("A change of deadline is recorded with a reason; give one."))
