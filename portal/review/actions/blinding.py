"""A panel that rates code-named models: its own pages stop naming entries before the first one is opened."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.review.actions.base import locked, require_outsider, require_role, require_stage
from portal.review.enums import AuditAction, PanelKind
from portal.review.errors import NotPossible
from portal.review.models import Panel, ScoreSheet

SIGHTED = frozenset({PanelKind.EXPERT, PanelKind.COMMITTEE, PanelKind.APPEAL})


@transaction.atomic
def blind_panel(panel: Panel, *, blinded_by: User) -> Panel:
    """Close the sheets' own pages to their owners until the notice. Refused once somebody has scored with open eyes."""
    require_role(blinded_by, "officer")
    require_outsider(blinded_by, panel.phase)
    row = locked(panel)
    require_stage(row.phase, "rules_frozen", "receiving", "closed", "scoring", doing=_("Blinding a panel"))
    if row.kind in SIGHTED or not row.part:
        raise NotPossible(_("Only a panel of users rates blind; experts judge the evidence of a named entry."))
    if row.is_blind:
        return row
    if ScoreSheet.objects.filter(assignment__seat__panel=row, version__gt=0).exists():
        raise NotPossible(_("Members of this panel have scored named entries already; it cannot be blinded any more."))
    row.is_blind = True
    row.save(update_fields=["is_blind"])
    leave_trace(AuditAction.PANEL_BLINDED, by=blinded_by, subject=row, before={"blind": False}, after={"blind": True})
    return row
