"""How long bytes are kept, and what keeps them longer."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.custody.actions.base import leave_trace, locked, require_staff, require_text, step
from portal.custody.enums import AuditAction, HoldState
from portal.custody.errors import CustodyError
from portal.custody.models import Hold, RetentionRule
from portal.custody.transitions import HOLD
from portal.programmes.models import Phase, Programme
from portal.submissions.enums import Role

# What stays without end because it is the record of the evaluation, and small.
RECORD = frozenset({Role.COMPONENT_DECLARATION, Role.TECHNICAL_REPORT, Role.BENCHMARK_RESULTS, Role.LOSS_CURVE})


def destroyable_roles() -> list[str]:
    return [role.value for role in Role if role not in RECORD]


@transaction.atomic
def set_retention(
    programme: Programme, *, days: int, roles: list[str], reason: str, by: Viewer, phase: Phase | None = None
) -> RetentionRule:
    """Set the period for a phase, or for every phase of the programme that has none of its own. The last one counts."""
    require_staff(by, "officer", programme=programme)
    unknown = set(roles) - set(destroyable_roles())
    if unknown or not roles:
        raise CustodyError(_("Choose what is destroyed; reports and declarations stay as the record."), field="roles")
    rule = RetentionRule.objects.create(
        programme=programme, phase=phase, days=days, roles=sorted(roles), reason=require_text(reason), set_by=by.actor
    )
    after = {"programme": programme.pk, "phase": phase.pk if phase else None, "days": days, "roles": rule.roles}
    leave_trace(AuditAction.RETENTION_SET, by=by, subject=rule, after=after, reason=rule.reason)
    return rule


@transaction.atomic
def place_hold(entry: Entry, *, reason: str, by: Viewer) -> Hold:
    """Keep everything of an entry, whatever the period says, until the hold is lifted."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("phase__programme").get(pk=entry.pk)
    require_staff(by, "officer", programme=entry.phase.programme)
    hold = Hold.objects.create(entry=entry, reason=require_text(reason), placed_by=by.actor)
    leave_trace(AuditAction.HOLD_PLACED, by=by, subject=hold, after={"entry": entry.pk}, reason=hold.reason)
    return hold


@transaction.atomic
def lift_hold(hold: Hold, *, reason: str, by: Viewer) -> Hold:
    row = locked(hold)
    require_staff(by, "officer", programme=row.entry.phase.programme)
    found = step(HOLD, "lift", row.state, by=by, reason=reason)
    row.state, row.lifted_at = HoldState(found.target), timezone.now()
    row.lifted_by, row.lift_reason = by.actor, reason.strip()
    row.save(update_fields=["state", "lifted_at", "lifted_by", "lift_reason"])
    leave_trace(AuditAction.HOLD_LIFTED, by=by, subject=row, after={"entry": row.entry_id}, reason=row.lift_reason)
    return row
