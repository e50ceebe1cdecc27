"""Invitations to a panel: one per address, answered by the person of that address; whoever drops out is replaced by lot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actions import invite
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.time import kst
from portal.letters.actions import post_letter
from portal.review.actions.base import locked, require_outsider, require_role, step
from portal.review.actions.panels import fill_seat
from portal.review.enums import AuditAction, InvitationState, SeatKind
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import DrawnPlace, Panel, PanelInvitation, PanelSeat
from portal.review.selectors.invitations import addresses_known, barred_addresses, next_alternate
from portal.review.selectors.panels import CHALLENGED_IN
from portal.review.transitions import INVITATION


@dataclass(frozen=True)
class Guest:
    email: str
    name: str = ""
    kind: SeatKind = SeatKind.REGULAR


@dataclass(frozen=True)
class Invited:
    """What came of a list: who is invited now, and how many addresses had been invited or seated before."""

    new: tuple[PanelInvitation, ...]
    known: int


@transaction.atomic
def invite_to_panel(panel: Panel, *, guests: Sequence[Guest], answer_due: datetime, invited_by: User) -> Invited:
    """Invite every address once; all of them or, when one cannot be seated, none."""
    row = _open_panel(panel, invited_by, answer_due)
    barred = barred_addresses(row.phase)
    holes = [f"{guest.email}: {why}" for guest in guests if (why := barred.get(guest.email.lower()))]
    if holes:
        raise Incomplete(_("Nobody was invited. Correct:"), holes=holes)
    known = addresses_known(row)
    fresh = {guest.email.lower(): guest for guest in guests if guest.email.lower() not in known}
    new = tuple(
        PanelInvitation.objects.create(
            panel=row, email=email, name=guest.name, seat_kind=guest.kind, answer_due=answer_due, invited_by=invited_by
        )
        for email, guest in fresh.items()
    )
    _write_to(new)
    after: dict[str, object] = {"invitations": [invitation.pk for invitation in new]}
    leave_trace(AuditAction.PANEL_INVITED, by=invited_by, subject=row, after=after)
    return Invited(new, len(guests) - len(new))


def _open_panel(panel: Panel, user: User, answer_due: datetime) -> Panel:
    require_role(user, "officer")
    require_outsider(user, panel.phase)
    if answer_due <= timezone.now():
        raise NotPossible(_("The date to answer by lies in the past."))
    return locked(panel)


@transaction.atomic
def invite_places(
    panel: Panel, *, places: Iterable[DrawnPlace], answer_due: datetime, invited_by: User
) -> list[PanelInvitation]:
    """Invite those who were drawn. Whoever cannot be seated keeps a line that says why, and the next alternate is asked.

    Who has been asked is read again under the panel's lock, so that a second click asks nobody and passes over nobody.
    """
    row = _open_panel(panel, invited_by, answer_due)
    asked = set(PanelInvitation.objects.filter(panel=row).values_list("place", flat=True))
    waiting = [place for place in places if place.pk not in asked]
    new = [invitation for place in waiting for invitation in _invite_place(place, row, answer_due, invited_by)]
    _write_to([invitation for invitation in new if invitation.state == InvitationState.INVITED])
    after: dict[str, object] = {"invitations": [invitation.pk for invitation in new]}
    leave_trace(AuditAction.PANEL_INVITED, by=invited_by, subject=row, after=after)
    return new


def _invite_place(place: DrawnPlace, panel: Panel, due: datetime, by: User) -> list[PanelInvitation]:
    made: list[PanelInvitation] = []
    wanted: DrawnPlace | None = place
    while wanted is not None:
        person = wanted.candidate
        why = barred_addresses(panel.phase).get(person.email, "")
        if not why and person.email in addresses_known(panel):
            why = _("has a seat or an invitation already")
        if why and PanelInvitation.objects.filter(panel=panel, email=person.email).exists():
            wanted = None if wanted.is_alternate else next_alternate(wanted)
            continue
        state = InvitationState.REVOKED if why else InvitationState.INVITED
        made.append(
            PanelInvitation.objects.create(
                panel=panel, email=person.email, name=person.name, state=state, reason=why, place=wanted,
                answer_due=due, invited_by=by,
            )
        )  # fmt: skip
        wanted = next_alternate(wanted) if why else None
    return made


def _write_to(invitations: Iterable[PanelInvitation]) -> None:
    """A letter each; whoever has no account as a reviewer yet gets the way to one with it."""
    for row in invitations:
        ready = User.objects.filter(email=row.email, role_grants__role=Role.REVIEWER).exists()
        days = max(1, (row.answer_due - timezone.now()).days + 1)
        secrets = {}
        if not ready:
            purpose = f"panel:{row.pk}"
            _account, token = invite(
                email=row.email, role=Role.REVIEWER, purpose=purpose, days=days, invited_by=row.invited_by.actor
            )
            secrets = {"token": token}
        post_letter(
            [row.email],
            kind="panel_invitation",
            subject_key=f"review.panel_invitation:{row.pk}:{row.answer_due:%Y%m%d%H%M}",
            context={
                "invitation": row,
                "panel": row.panel,
                "phase": row.panel.phase,
                "inviter": row.invited_by,
                "due": kst(row.answer_due),
            },
            secrets=secrets,
        )


@transaction.atomic
def accept_panel_invitation(invitation: PanelInvitation, *, accepted_by: User) -> PanelSeat:
    """Take the seat; the declaration of interests comes next, and nothing opens before it."""
    row = _own_invitation(invitation, accepted_by)
    found = step(INVITATION, "accept", row.state, by=accepted_by)
    if not row.is_open:
        raise NotPossible(_("The time to answer is over. Ask the secretariat for a new invitation."))
    seat = fill_seat(row.panel, user=accepted_by, kind=SeatKind(row.seat_kind))
    row.state, row.seat, row.answered_at = InvitationState(found.target), seat, timezone.now()
    row.save(update_fields=["state", "seat", "answered_at"])
    _trace(row, found.source, by=accepted_by)
    return seat


@transaction.atomic
def decline_panel_invitation(invitation: PanelInvitation, *, declined_by: User, reason: str = "") -> PanelInvitation:
    row = _own_invitation(invitation, declined_by)
    found = step(INVITATION, "decline", row.state, by=declined_by)
    row.state, row.reason, row.answered_at = InvitationState(found.target), reason, timezone.now()
    row.save(update_fields=["state", "reason", "answered_at"])
    replace_drawn(row)
    _trace(row, found.source, by=declined_by, reason=reason)
    return row


@transaction.atomic
def revoke_panel_invitation(invitation: PanelInvitation, *, revoked_by: User, reason: str) -> PanelInvitation:
    row = locked(invitation)
    require_outsider(revoked_by, row.panel.phase)
    found = step(INVITATION, "revoke", row.state, by=revoked_by, reason=reason)
    row.state, row.reason, row.answered_at = InvitationState(found.target), reason, timezone.now()
    row.save(update_fields=["state", "reason", "answered_at"])
    replace_drawn(row)
    _trace(row, found.source, by=revoked_by, reason=reason)
    return row


@transaction.atomic
def renew_panel_invitation(invitation: PanelInvitation, *, answer_due: datetime, renewed_by: User) -> PanelInvitation:
    """A new date and a new letter to somebody who has not answered."""
    _open_panel(invitation.panel, renewed_by, answer_due)
    row = locked(invitation)
    found = step(INVITATION, "renew", row.state, by=renewed_by)
    row.answer_due, row.invited_by = answer_due, renewed_by
    row.save(update_fields=["answer_due", "invited_by"])
    _write_to([row])
    _trace(row, found.source, by=renewed_by)
    return row


def replace_drawn(invitation: PanelInvitation) -> list[PanelInvitation]:
    """The alternate of the same cell takes the place of somebody who was drawn and will not judge; nobody for other invitations.

    The new invitation is open as long as the first was. The caller leaves the trace.
    """
    following = next_alternate(invitation.place) if invitation.place else None
    if following is None or invitation.panel.phase.state not in CHALLENGED_IN:
        return []
    now = timezone.now()
    due = now + max(invitation.answer_due - invitation.invited_at, timedelta(days=1))
    made = _invite_place(following, locked(invitation.panel), due, invitation.invited_by)
    _write_to([row for row in made if row.state == InvitationState.INVITED])
    return made


def _own_invitation(invitation: PanelInvitation, user: User) -> PanelInvitation:
    row = locked(invitation)
    if row.email != user.email:
        raise NotPossible(_("This invitation was sent to another address."))
    return row


def _trace(row: PanelInvitation, before: str, *, by: User, reason: str = "") -> None:
    after: dict[str, object] = {"state": row.state, "seat": row.seat_id, "place": row.place_id}
    leave_trace(
        AuditAction.PANEL_INVITATION_MOVED, by=by, subject=row, before={"state": before}, after=after, reason=reason
    )
