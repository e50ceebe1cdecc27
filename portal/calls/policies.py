"""Who may see and do what on calls. Before a call closes nobody but the applicant reads an application, staff included.

Undeclared counts as conflicted: a committee member reads applications only while both declarations are in order.
"""

from django.utils.translation import gettext as _

from portal.calls.models import (
    ApplicantNotice,
    Application,
    ApplicationVersion,
    CallInvitation,
    CommitteeInterest,
    Consent,
)
from portal.calls.selectors.applications import managed_by
from portal.calls.selectors.calls import OVER
from portal.calls.selectors.judging import committee_of, is_cleared
from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Membership
from portal.consortia.selectors import is_member
from portal.programmes.enums import CallState
from portal.programmes.models import Call, Phase
from portal.review.enums import DeclarationState, SeatKind
from portal.review.models import Decision, PanelSeat

STAFF = ("officer", "decider", "auditor")


def _hidden(viewer: Viewer) -> Verdict:
    """A visitor is asked to sign in, whether the thing is there or not; anybody else finds nothing."""
    return Verdict(allowed=False) if viewer.is_anonymous else UNKNOWN


def sees_call(viewer: Viewer, call: int) -> Verdict:
    """Every announced call is public."""
    announced = Call.objects.filter(pk=call).exclude(state=CallState.DRAFTED)
    return ALLOWED if announced.exists() else UNKNOWN


def applies(viewer: Viewer, call: int) -> Verdict:
    """Managers of a consortium; whether theirs may apply to this call is said on the page."""
    seen = sees_call(viewer, call)
    if not seen.allowed:
        return _hidden(viewer)
    allowed = managed_by(viewer).exists()
    return Verdict(allowed=allowed, reason=_("A manager of a consortium applies. Register a consortium first."))


def owns_application(viewer: Viewer, application: int) -> Verdict:
    row = Application.objects.select_related("consortium").filter(pk=application).first()
    return ALLOWED if row and is_member(viewer, row.consortium) else _hidden(viewer)


def manages_application(viewer: Viewer, application: int) -> Verdict:
    seen = owns_application(viewer, application)
    if not seen.allowed:
        return seen
    allowed = managed_by(viewer).filter(applications=application).exists()
    return Verdict(allowed=allowed, reason=_("Only a manager of the consortium may do this."))


def answers_consent(viewer: Viewer, consent: int) -> Verdict:
    """The contact of the institution itself, and nobody else of the consortium."""
    row = Consent.objects.select_related("application").filter(pk=consent).first()
    if row is None:
        return _hidden(viewer)
    contacts = Membership.objects.filter(consortium=row.application.consortium_id, institution=row.institution_id)
    return ALLOWED if contacts.filter(user=viewer.user_id).exists() else _hidden(viewer)


def answers_invitation(viewer: Viewer, invitation: int) -> Verdict:
    row = CallInvitation.objects.select_related("call").filter(pk=invitation).first()
    if row is None or row.call.state == CallState.DRAFTED:
        return _hidden(viewer)
    return ALLOWED if managed_by(viewer).filter(pk=row.consortium_id).exists() else _hidden(viewer)


def sees_version(viewer: Viewer, number: str) -> Verdict:
    """The own consortium always; staff and the cleared committee once the call has closed."""
    rows = ApplicationVersion.objects.select_related("application__call__phase", "application__consortium")
    version = rows.filter(number=number).first()
    if version is None:
        return _hidden(viewer)
    application = version.application
    if is_member(viewer, application.consortium):
        return ALLOWED
    if is_staff(viewer, application.call):
        closed = application.call.state in OVER
        return Verdict(allowed=closed, reason=_("Applications open to the secretariat when the call has closed."))
    if application.call.state in OVER and application.state != "withdrawn" and judges(viewer, application.call):
        return ALLOWED
    return _hidden(viewer)


def owns_version(viewer: Viewer, number: str) -> Verdict:
    """A receipt is the applicant's paper; staff and auditors may check it too."""
    seen = sees_version(viewer, number)
    staff = viewer.has_role(*STAFF)
    version = ApplicationVersion.objects.select_related("application__consortium").filter(number=number).first()
    if seen.allowed and version is not None and (staff or is_member(viewer, version.application.consortium)):
        return seen
    return _hidden(viewer) if seen.allowed else seen


def reads_notice(viewer: Viewer, notice: int) -> Verdict:
    rows = ApplicantNotice.objects.select_related("application__call__phase", "application__consortium")
    row = rows.filter(pk=notice).first()
    if row is None:
        return _hidden(viewer)
    own = is_member(viewer, row.application.consortium) or is_staff(viewer, row.application.call)
    return ALLOWED if own else _hidden(viewer)


def judges(viewer: Viewer, call: Call) -> bool:
    """Whether the viewer sits on the committee of the call with both declarations in order."""
    seat = own_seat(viewer, call)
    committee = committee_of(call)
    return seat is not None and committee is not None and is_cleared(committee, seat)


def own_seat(viewer: Viewer, call: Call) -> PanelSeat | None:
    """The viewer's seat on the committee: alternates and recused members have none."""
    if viewer.user_id is None:
        return None
    seats = PanelSeat.objects.filter(panel__judged_calls__call=call, user=viewer.user_id)
    seats = seats.exclude(kind=SeatKind.ALTERNATE).exclude(declaration__state=DeclarationState.RECUSED)
    return seats.select_related("declaration", "user", "panel").first()


def sits_on_committee(viewer: Viewer, call: int) -> Verdict:
    """The committee's page: hidden from others, and not open before the applicants are known."""
    row = Call.objects.select_related("phase").filter(pk=call).first()
    if row is None or own_seat(viewer, row) is None or _belongs_to_applicant(viewer, row):
        return _hidden(viewer)
    over = row.state in OVER
    return Verdict(allowed=over, reason=_("The applicants are known when the call has closed."))


def _belongs_to_applicant(viewer: Viewer, call: Call) -> bool:
    mine = Membership.objects.filter(user=viewer.user_id)
    return mine.filter(consortium__applications__call=call).exists()


def is_staff(viewer: Viewer, call: Call, *names: str) -> bool:
    """Staff of a call; somebody who belongs to an applicant or to a team of its phase is none, whatever the role says."""
    if viewer.user_id is None or not viewer.has_role(*(names or STAFF)):
        return False
    teams = Membership.objects.filter(user=viewer.user_id, consortium__entries__phase=call.phase)
    return not teams.exists() and not _belongs_to_applicant(viewer, call)


def oversees(viewer: Viewer, **kwargs: object) -> Verdict:
    return Verdict(allowed=viewer.has_role(*STAFF), reason=_("This page is for the staff of the programme."))


def oversees_call(viewer: Viewer, call: int) -> Verdict:
    return _of_staff(viewer, call, *STAFF)


def runs_call(viewer: Viewer, call: int) -> Verdict:
    return _of_staff(viewer, call, "officer")


def _of_staff(viewer: Viewer, pk: int, *names: str) -> Verdict:
    row = Call.objects.select_related("phase").filter(pk=pk).first()
    if not viewer.has_role(*STAFF):
        return Verdict(allowed=False, reason=_("This page is for the staff of the programme."))
    if row is None:
        return UNKNOWN
    reason = _("This page is for the programme's staff without a part in this call.")
    return Verdict(allowed=is_staff(viewer, row, *names), reason=reason)


def checks_application(viewer: Viewer, application: int) -> Verdict:
    """Eligibility is the secretariat's work, once the call has closed; before, not even who applied is known.

    The others of the staff read it on the page of the call.
    """
    rows = Application.objects.filter(call__state__in=OVER).exclude(state="draft")
    row = rows.filter(pk=application).first()
    if row is None:
        return UNKNOWN if viewer.has_role(*STAFF) else Verdict(allowed=False)
    return runs_call(viewer, row.call_id)


def rules_on_interest(viewer: Viewer, interest: int) -> Verdict:
    """The secretariat, and never the person concerned."""
    row = CommitteeInterest.objects.select_related("seat", "committee").filter(pk=interest).first()
    if row is None or row.seat.user_id == viewer.user_id:
        return UNKNOWN if viewer.has_role(*STAFF) else Verdict(allowed=False)
    return runs_call(viewer, row.committee.call_id)


def drafts_for_phase(viewer: Viewer, phase: str) -> Verdict:
    if not viewer.has_role("officer"):
        return Verdict(allowed=False, reason=_("Only officers draft a call."))
    return ALLOWED if Phase.objects.filter(slug=phase).exists() else UNKNOWN


def drafts_for_vacancy(viewer: Viewer, decision: int) -> Verdict:
    if not viewer.has_role("officer"):
        return Verdict(allowed=False, reason=_("Only officers draft a call."))
    return ALLOWED if Decision.objects.filter(pk=decision, outcome="vacate_seat").exists() else UNKNOWN
