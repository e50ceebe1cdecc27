"""What every act of reviewing does first and last: check state and person, and leave an event in the ledger."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.transitions import Transition, TransitionError, find
from portal.consortia.models import Membership
from portal.programmes.models import Phase
from portal.review.errors import NotPossible

Row = TypeVar("Row", bound=Model)


def locked(row: Row) -> Row:
    """The row read again under a lock; SQLite serialises writers anyway."""
    manager = type(row)._default_manager  # noqa: SLF001 - the documented way from an instance to its manager
    return manager.select_for_update().get(pk=row.pk)


def step(table: Iterable[Transition], event: str, state: str, *, by: User, reason: str = "") -> Transition:
    """The permitted transition, or NotPossible with the cause: state, role, or missing reason."""
    try:
        found = find(table, event, state)
    except TransitionError as error:
        raise NotPossible(_("Not possible now, because: %(why)s") % {"why": error}) from error
    require_role(by, *found.by)
    if found.needs_reason:
        require_text(reason, _("Give a reason: it goes into the record."))
    return found


def require_role(user: User, *names: str) -> None:
    if user.role_names().isdisjoint(names):
        wanted = ", ".join(sorted(names))
        raise NotPossible(
            _("This needs the role %(roles)s; %(user)s does not have it.") % {"roles": wanted, "user": user}
        )


def require_text(text: str, message: str) -> None:
    if not text.strip():
        raise NotPossible(message)


def require_stage(phase: Phase, *states: str, doing: str) -> None:
    """The phase must stand in one of `states`; `doing` names the act in the message."""
    if phase.state not in states:
        raise NotPossible(
            _("%(doing)s is not possible while the phase is in the state “%(state)s”.")
            % {"doing": doing, "state": phase.get_state_display()}
        )


def require_member(user: User, consortium_id: int) -> None:
    if not Membership.objects.filter(user=user, consortium_id=consortium_id).exists():
        raise NotPossible(_("Only a member of the consortium itself can do this."))


def require_outsider(user: User, phase: Phase) -> None:
    """Nobody of a competing team acts for the ministry in that phase."""
    if Membership.objects.filter(user=user, consortium__entries__phase=phase).exists():
        raise NotPossible(_("%(user)s belongs to a team of this phase and cannot act here.") % {"user": user})
