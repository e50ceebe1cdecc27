"""Writes on entries: entering a phase, moving by the table, a deadline of its own."""

from datetime import datetime
from itertools import count

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.time import kst
from portal.common.transitions import find
from portal.common.viewer import Viewer
from portal.consortia.actions.base import addresses_of, locked_phase, require_outsider, require_state
from portal.consortia.enums import AuditAction, EntryState
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Consortium, Entry
from portal.consortia.policies import require_manager
from portal.consortia.selectors import STILL_IN, has_earned
from portal.consortia.transitions import ENTRY
from portal.letters.actions import post_letter
from portal.programmes.enums import CallState, PhaseState
from portal.programmes.models import Call, Phase
from portal.programmes.policies import authorise

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@transaction.atomic
def enter_phase(consortium: Consortium, *, phase: Phase, actor: Viewer, call: Call | None = None) -> Entry:
    """Enter the phase under the rules frozen for it. A revival enters through the call that selected it."""
    require_manager(actor, consortium)
    locked = Phase.objects.select_for_update(of=("self",)).select_related("ruleset").get(pk=phase.pk)
    _must_take_entries(locked, call=call, actor=actor)
    if call is None and not has_earned(consortium, locked):
        raise ConsortiumError(
            _("This phase takes those who advanced in the phase before it; everybody else enters through a call.")
        )
    if Entry.objects.filter(consortium=consortium, phase=locked, call=call).exists():
        raise ConsortiumError(_("This consortium has entered the phase already; one entry is all it has."))
    assert locked.ruleset is not None  # noqa: S101 - past `drafted`, a constraint of the database holds it
    entry = Entry.objects.create(
        consortium=consortium, phase=locked, call=call, code=_next_code(locked), ruleset=locked.ruleset
    )
    record(
        AuditAction.PHASE_ENTERED,
        actor=actor.actor,
        subject=f"entry:{entry.pk}",
        after={"phase": locked.slug, "code": entry.code, "ruleset_digest": locked.ruleset.digest},
    )
    return entry


def _must_take_entries(phase: Phase, *, call: Call | None, actor: Viewer) -> None:
    if phase.state not in (PhaseState.RULES_FROZEN, PhaseState.RECEIVING):
        raise ConsortiumError(_("This phase takes no entries now: its rules are not frozen yet, or receiving is over."))
    if call is None:
        return
    if not actor.has_role("officer"):
        raise PermissionDenied(_("An entry through a call is made by an officer, after the selection."))
    if call.phase_id != phase.pk or call.state != CallState.FILLED:
        raise ConsortiumError(_("Only a call of this phase that was filled makes an entry."))


def _next_code(phase: Phase) -> str:
    """A, B, … Z, then A2, B2, …: the phase's row is locked by the caller."""
    taken = set(Entry.objects.filter(phase=phase).values_list("code", flat=True))
    codes = (letter + (str(turn) if turn > 1 else "") for turn in count(1) for letter in LETTERS)
    return next(code for code in codes if code not in taken)


@transaction.atomic
def move_entry(entry: Entry, event: str, *, actor: Viewer, reason: str = "") -> Entry:
    locked = Entry.objects.select_for_update().get(pk=entry.pk)
    step = find(ENTRY, event, locked.state)
    authorise(step, actor=actor, reason=reason)
    if event == "withdraw":
        require_manager(actor, locked.consortium)
    locked.state = entry.state = EntryState(step.target)
    locked.save(update_fields=["state"])
    record(
        AuditAction.ENTRY_MOVED,
        actor=actor.actor,
        subject=f"entry:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason,
    )
    return entry


@transaction.atomic
def set_entry_deadline(entry: Entry, *, deadline: datetime, actor: Viewer, reason: str) -> Entry:
    """A deadline of its own for one entry, such as a team that joined a month after the others."""
    if not actor.has_role("officer"):
        raise PermissionDenied(_("Only officers set the deadline of an entry."))
    if deadline <= timezone.now():
        raise ConsortiumError(_("The deadline lies in the past; choose a later one."))
    if not reason.strip():
        raise ConsortiumError(_("A deadline of its own is recorded with a reason; give one."))
    phase = locked_phase(entry.phase_id)
    require_state(phase, PhaseState.RULES_FROZEN, PhaseState.RECEIVING)
    require_outsider(actor, phase.programme)
    locked = Entry.objects.select_for_update().get(pk=entry.pk)
    if locked.state not in STILL_IN:
        raise ConsortiumError(_("This entry is no longer in the phase; a deadline would change nothing."))
    before, locked.deadline, locked.deadline_set_at = locked.deadline, deadline, timezone.now()
    entry.deadline, entry.deadline_set_at = deadline, locked.deadline_set_at
    locked.save(update_fields=["deadline", "deadline_set_at"])
    post_letter(
        addresses_of(locked.consortium),
        kind="entry_deadline",
        subject_key=f"consortia.entry_deadline:{locked.pk}.{locked.deadline_set_at.isoformat()}",
        context={"phase": phase, "deadline": kst(deadline), "reason": reason.strip()},
    )
    record(
        AuditAction.ENTRY_DEADLINE_SET,
        actor=actor.actor,
        subject=f"entry:{locked.pk}",
        before={"deadline": before.isoformat() if before else None},
        after={"deadline": deadline.isoformat()},
        reason=reason,
    )
    return entry
