"""What the acts of this app share: the locked row, the permitted step, who may act."""

from collections.abc import Iterable
from functools import partial
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from portal.audit import actions as ledger
from portal.common.transitions import Transition, find
from portal.common.viewer import Viewer
from portal.consortia.policies import takes_part
from portal.measurements.errors import MeasurementError
from portal.programmes.models import Programme

Row = TypeVar("Row", bound=Model)

leave_trace = partial(ledger.leave_trace, area="measurements")


def locked(row: Row) -> Row:
    """The row under a lock, as it is now."""
    found: Row = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)  # type: ignore[attr-defined]
    return found


def step(table: Iterable[Transition], event: str, state: str, *, by: Viewer, reason: str = "") -> Transition:
    """The permitted transition; refused when the role or a needed reason is missing."""
    found = find(table, event, state)
    if not by.has_role(*found.by):
        raise PermissionDenied(_("Your role does not allow this step."))
    if found.needs_reason:
        require_text(reason)
    return found


def require_staff(by: Viewer, *roles: str, programme: Programme) -> None:
    """Staff of the role who belong to no consortium of the programme."""
    if not by.has_role(*roles):
        raise PermissionDenied(_("Your role does not allow this step."))
    if takes_part(by, programme.pk):
        raise PermissionDenied(_("You belong to a consortium of this programme; somebody else does this."))


def require_text(text: str, *, field: str = "reason") -> str:
    if not text.strip():
        raise MeasurementError(_("Give a reason: it goes into the record."), field=field)
    return text.strip()
