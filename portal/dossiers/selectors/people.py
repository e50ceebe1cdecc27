"""Who can be asked to attend a session, and how many of which kind did."""

from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.common.viewer import viewer_of_user
from portal.consortia.models import Membership
from portal.dossiers.enums import AttendeeKind
from portal.dossiers.models import Attendee, VerificationSession
from portal.review.models import PanelSeat
from portal.review.policies.scopes import CLEARED, is_blinded, standing_of


def seats_for(session: VerificationSession) -> list[PanelSeat]:
    """Seats of the phase whose holders have declared no interest on any of their panels and may know the entries by name."""
    phase = session.entry.phase
    rows = PanelSeat.objects.filter(panel__phase=phase, declaration__state__in=CLEARED)
    rows = rows.select_related("panel", "user", "declaration").order_by("panel__name", "code")
    return [
        seat
        for seat in rows
        if not is_blinded(seat.panel, phase) and standing_of(viewer_of_user(seat.user), phase).is_cleared
    ]


def members_for(session: VerificationSession) -> QuerySet[Membership]:
    rows = Membership.objects.filter(consortium=session.entry.consortium, user__is_active=True)
    return rows.select_related("user", "institution").order_by("pk")


def officers_for(session: VerificationSession) -> QuerySet[User]:
    """Staff of the programme who belong to none of its teams."""
    teams = Membership.objects.filter(consortium__entries__phase__programme=session.entry.phase.programme_id)
    staff = User.objects.filter(is_active=True, role_grants__role__in=("officer", "decider", "auditor"))
    return staff.exclude(pk__in=teams.values("user")).distinct().order_by("email")


def attendance(session: VerificationSession) -> list[dict[str, Any]]:
    """By kind, institution and role with how many were asked and how many were there: no name, and no code of a seat."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for row in session.attendees.all():
        key = _public(row)
        asked, there = counts.setdefault(key, [0, 0])
        counts[key] = [asked + 1, there + row.present]
    order = list(AttendeeKind)
    return [
        {"kind": kind, "institution": institution, "role": role, "asked": asked, "present": there}
        for (kind, institution, role), (asked, there) in sorted(
            counts.items(), key=lambda found: (order.index(AttendeeKind(found[0][0])), found[0])
        )
    ]


def _public(row: Attendee) -> tuple[str, str, str]:
    """A panel shows as a number of members; who holds the chair would be told apart from the others by the role."""
    if row.kind in (AttendeeKind.PANEL, AttendeeKind.OFFICE):
        return row.kind, "", ""
    return row.kind, row.institution, row.role if row.kind == AttendeeKind.INSTITUTION else ""
