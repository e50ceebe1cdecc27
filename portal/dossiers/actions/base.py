"""What the acts on a session share: the locked row, the permitted step, who may act, the letter, the event."""

from collections.abc import Iterable
from functools import partial

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit import actions as ledger
from portal.common.time import kst
from portal.common.transitions import Transition, find
from portal.common.viewer import Viewer
from portal.consortia.actions.base import addresses_of
from portal.consortia.policies import takes_part
from portal.dossiers.errors import DossierError
from portal.dossiers.models import VerificationSession
from portal.dossiers.transitions import SESSION
from portal.letters.actions import post_letter
from portal.programmes.models import Programme

leave_trace = partial(ledger.leave_trace, area="dossiers")


def locked(session: VerificationSession) -> VerificationSession:
    """The row under a lock, as it is now, with its entry."""
    rows = VerificationSession.objects.select_for_update(of=("self",))
    return rows.select_related("entry__consortium", "entry__phase__programme").get(pk=session.pk)


def require_officer(by: Viewer, programme: Programme) -> None:
    """An officer who belongs to no consortium of the programme."""
    if not by.has_role("officer"):
        raise PermissionDenied(_("Your role does not allow this step."))
    if takes_part(by, programme.pk):
        raise PermissionDenied(_("You belong to a consortium of this programme; somebody else does this."))


def officers_row(session: VerificationSession, by: Viewer, *states: str) -> VerificationSession:
    """The locked session for an officer, who finds it in one of the states."""
    row = locked(session)
    require_officer(by, row.entry.phase.programme)
    require_state(row, *states)
    return row


def require_state(row: VerificationSession, *states: str) -> None:
    if row.state not in states:
        raise DossierError(
            _("This is not possible: the session is in the state “%(state)s”.") % {"state": row.get_state_display()}
        )


def step(event: str, row: VerificationSession, *, by: Viewer, reason: str = "") -> Transition:
    """The permitted transition; refused when the role or a needed reason is missing."""
    found = find(SESSION, event, row.state)
    require_officer(by, row.entry.phase.programme)
    if found.needs_reason:
        require_text(reason, field="reason")
    return found


def require_text(text: str, *, field: str) -> str:
    if not text.strip():
        raise DossierError(_("Write what goes into the record."), field=field)
    return text.strip()


def tell(
    row: VerificationSession,
    event: str,
    *,
    more: Iterable[str] = (),
    only: Iterable[str] | None = None,
    **facts: object,
) -> None:
    """A letter to every member of the team and to those of `more`, or to `only` some; `event` says which of its texts.

    Nobody is told the same twice.
    """
    post_letter(
        [*addresses_of(row.entry.consortium), *more] if only is None else only,
        kind="verification_session",
        subject_key=f"dossiers.session:{row.pk}:{event}:{facts.get('number', '')}",
        context={"event": event, "session": row, "phase": row.entry.phase, "when": kst(row.planned_for), **facts},
    )


def asked_addresses(row: VerificationSession) -> list[str]:
    """Where those who were asked to attend get letters."""
    people = User.objects.filter(pk__in=row.attendees.exclude(user=None).values("user"), is_active=True)
    return list(people.order_by("email").values_list("email", flat=True))
