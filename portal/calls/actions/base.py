"""What every act on a call does first and last: lock the call's row, check state and person, leave one event in the ledger."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.calls.errors import CallClosed, CallError
from portal.calls.selectors.applications import managed_by
from portal.calls.selectors.calls import is_receiving
from portal.common.time import kst
from portal.common.transitions import Transition, TransitionError, find
from portal.common.viewer import viewer_of_user
from portal.consortia.models import Consortium, Membership
from portal.programmes.models import Call


def locked_call(call: Call) -> Call:
    """The row that serialises everything about one call: its deadline, its applications, its judgement."""
    rows = Call.objects.select_for_update(of=("self",)).select_related("phase__programme", "phase__ruleset")
    return rows.get(pk=call.pk)


def step(table: Iterable[Transition], event: str, state: str, *, by: User, reason: str = "") -> Transition:
    """The permitted transition, or the refusal: state, role, or missing reason."""
    try:
        found = find(table, event, state)
    except TransitionError as error:
        raise CallError(_("Not possible now, because: %(why)s") % {"why": error}) from error
    require_role(by, *found.by)
    if found.needs_reason:
        require_text(reason, _("Give a reason: it goes into the record."))
    return found


def require_role(user: User, *names: str) -> None:
    if user.role_names().isdisjoint(names):
        raise PermissionDenied(_("Your role does not allow this step."))


def require_text(text: str, message: str) -> None:
    if not text.strip():
        raise CallError(message)


def require_manager(user: User, consortium: Consortium) -> None:
    if not managed_by(viewer_of_user(user)).filter(pk=consortium.pk).exists():
        raise PermissionDenied(_("Only a manager of the consortium may do this."))


def require_outsider(user: User, call: Call) -> None:
    """Nobody who belongs to an applicant or to a team of the phase acts for the ministry in the call."""
    mine = Membership.objects.filter(user=user)
    if (
        mine.filter(consortium__applications__call=call).exists()
        or mine.filter(consortium__entries__phase=call.phase).exists()
    ):
        raise PermissionDenied(_("You belong to an applicant or to a team of this phase and cannot act here."))


def require_officer(user: User, call: Call) -> None:
    require_role(user, "officer")
    require_outsider(user, call)


def require_receiving(call: Call) -> None:
    """The deadline, enforced here and nowhere else; the caller holds the lock of the call's row."""
    if is_receiving(call):
        return
    if call.state == "open":
        text = _("This call receives applications from %(opens)s to %(closes)s.")
        raise CallClosed(text % {"opens": kst(call.opens_at), "closes": kst(call.closes_at)})
    raise CallClosed(_("This call does not receive applications now."))
