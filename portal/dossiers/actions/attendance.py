"""Who is to attend: people by the rows they hold (a seat, a membership, an office), other institutions by their name and role."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.viewer import Viewer
from portal.consortia.models import Membership
from portal.dossiers.actions.base import leave_trace, officers_row, require_text, tell
from portal.dossiers.enums import AttendeeKind, AuditAction
from portal.dossiers.errors import DossierError
from portal.dossiers.models import Attendee, VerificationSession
from portal.dossiers.selectors.people import officers_for, seats_for
from portal.review.models import PanelSeat


@transaction.atomic
def invite_seat(session: VerificationSession, *, seat: PanelSeat, by: Viewer) -> Attendee:
    """A member of a panel of the phase who has declared no interest and does not rate blind."""
    row = officers_row(session, by, "planned")
    if seat not in seats_for(row):
        raise DossierError(
            _("Only members of a panel of this phase whose declaration is clear and who do not rate blind can attend."),
            field="seat",
        )
    return _add(row, by, kind=AttendeeKind.PANEL, user=seat.user, seat=seat, role=str(seat.get_kind_display()))


@transaction.atomic
def invite_member(session: VerificationSession, *, membership: Membership, by: Viewer) -> Attendee:
    """A member of the entry's own team, for the institution they stand for."""
    row = officers_row(session, by, "planned")
    if membership.consortium_id != row.entry.consortium_id:
        raise DossierError(_("This person belongs to another team."), field="membership")
    institution = membership.institution.name_ko
    role = str(membership.get_role_display())
    return _add(row, by, kind=AttendeeKind.TEAM, user=membership.user, institution=institution, role=role)


@transaction.atomic
def invite_officer(session: VerificationSession, *, user: User, by: Viewer) -> Attendee:
    """Somebody of the office who belongs to no team of the programme."""
    row = officers_row(session, by, "planned")
    if user not in officers_for(row):
        raise DossierError(_("Only staff who belong to no team of this programme attend for the office."), field="user")
    return _add(row, by, kind=AttendeeKind.OFFICE, user=user)


@transaction.atomic
def invite_institution(session: VerificationSession, *, institution: str, role: str, by: Viewer) -> Attendee:
    """A body from outside, by its name and what it does there; no person is named."""
    row = officers_row(session, by, "planned")
    named = require_text(institution, field="institution")
    return _add(row, by, kind=AttendeeKind.INSTITUTION, institution=named, role=role.strip())


def _add(row: VerificationSession, by: Viewer, *, user: User | None = None, **facts: object) -> Attendee:
    if user is not None and row.attendees.filter(user=user).exists():
        raise DossierError(_("This person is on the list already."))
    attendee = Attendee.objects.create(session=row, user=user, **facts)
    if user is not None:
        tell(row, "planned", only=[user.email])
    _trace(row, by)
    return attendee


@transaction.atomic
def strike_attendee(attendee: Attendee, *, by: Viewer) -> None:
    row = officers_row(attendee.session, by, "planned")
    Attendee.objects.filter(pk=attendee.pk).delete()
    _trace(row, by)


def _trace(row: VerificationSession, by: Viewer) -> None:
    """How many of which kind; who they are stands in the rows alone."""
    kinds = list(row.attendees.values_list("kind", flat=True))
    after = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    leave_trace(AuditAction.ATTENDANCE_CHANGED, by=by, subject=row, after=after)
