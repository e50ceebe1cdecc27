"""Reads on applications: who may apply, what still misses, what counts."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.audit.models import Event
from portal.audit.selectors import checkpoint_covering, inclusion_proof
from portal.calls.enums import ApplicationState, ConsentState
from portal.calls.models import ApplicantNotice, Application, ApplicationVersion, CallInvitation, Consent
from portal.calls.selectors.calls import requirements_of, terms_of
from portal.common.viewer import Viewer
from portal.consortia.enums import EntryState, InstitutionRole, MemberRole
from portal.consortia.models import Consortium, ConsortiumInstitution, Entry, Membership
from portal.consortia.selectors import consortia_of
from portal.programmes.models import Call, Programme
from portal.review.enums import Outcome
from portal.review.models import Decision
from portal.review.selectors.decisions import GONE

LOSSES = (Outcome.CUT, Outcome.DISQUALIFY)
HANDED_IN_ONCE = (
    ApplicationState.HANDED_IN,
    ApplicationState.INELIGIBLE,
    ApplicationState.SELECTED,
    ApplicationState.NOT_SELECTED,
)
SEATED = (EntryState.COMPETING, EntryState.HELD, EntryState.ADVANCED)


def managed_by(viewer: Viewer) -> "QuerySet[Consortium]":
    managed = Membership.objects.filter(user=viewer.user_id, role=MemberRole.MANAGER)
    return Consortium.objects.filter(pk__in=managed.values("consortium"))


def plan_digests(consortium: Consortium) -> set[str]:
    """Bundles of plans, those of all versions handed in: they are the record of a selection."""
    texts = ApplicationVersion.objects.filter(application__consortium=consortium)
    named = set(texts.values_list("document__content__plan_bundle", flat=True))
    drafts = Application.objects.filter(consortium=consortium).values_list("plan_bundle__digest", flat=True)
    return {digest for digest in named | set(drafts) if digest}


def bar_to_applying(consortium: Consortium, call: Call) -> str:
    """Why this consortium cannot apply to this call, or nothing."""
    if Entry.objects.filter(consortium=consortium, phase=call.phase, state__in=SEATED).exists():
        return _("This consortium has a place in the phase already.")
    invited = CallInvitation.objects.filter(call=call, consortium=consortium).exists()
    if terms_of(call).invited_only and not invited:
        return _("This call is open to invited consortia only.")
    return ""


def applications_for(viewer: Viewer) -> "QuerySet[Application]":
    """Of the viewer's own consortia, newest call first."""
    rows = Application.objects.filter(consortium__in=consortia_of(viewer))
    return rows.select_related("call__phase__programme", "call__terms", "consortium", "notice").order_by("-call_id")


def invitations_to(viewer: Viewer) -> "QuerySet[CallInvitation]":
    rows = CallInvitation.objects.filter(consortium__in=consortia_of(viewer)).exclude(call__state="drafted")
    return rows.select_related("call__phase__programme", "call__terms", "consortium").order_by("-call_id")


def consents_asked_of(viewer: Viewer) -> list[Consent]:
    """Consents that this person may give for the own institution, whatever was answered before."""
    if viewer.user_id is None:
        return []
    mine = set(Membership.objects.filter(user_id=viewer.user_id).values_list("consortium_id", "institution_id"))
    rows = Consent.objects.filter(application__consortium__in=consortia_of(viewer))
    found = rows.select_related("application__call__phase__programme", "application__call__terms", "institution")
    return [row for row in found if (row.application.consortium_id, row.institution_id) in mine]


def earlier_decisions(consortium: Consortium, programme: Programme) -> "QuerySet[Decision]":
    """Standing decisions of this programme by which the consortium left it: an application answers to one of them."""
    rows = Decision.objects.filter(
        entry__consortium=consortium, phase__programme=programme, outcome__in=LOSSES, notified_at__isnull=False
    )
    return rows.exclude(state__in=GONE).select_related("entry", "phase").order_by("-pk")


def members_asked(application: Application) -> list[ConsortiumInstitution]:
    """Member institutions whose place counts now; the lead speaks by handing in."""
    places = application.consortium.places.filter(
        role=InstitutionRole.MEMBER, accepted_at__isnull=False, ends=None
    ).select_related("institution")
    return list(places.order_by("invited_at"))


def holes_in(application: Application) -> list[str]:
    """What still misses before the application can be handed in, one sentence each."""
    holes = [] if application.plan.strip() else [_("The plan is empty.")]
    earlier = earlier_decisions(application.consortium, application.call.phase.programme)
    if earlier.exists() and application.earlier_decision_id is None:
        holes.append(_("Choose the earlier decision that you answer to."))
    if application.earlier_decision_id is not None and not application.answer.strip():
        holes.append(_("Write the answer to the ground of the earlier decision."))
    holes += [
        _("Confirm requirement %(number)s.") % {"number": row.number}
        for row in requirements_of(application.call)
        if row.number not in application.confirmed
    ]
    return holes + _missing_consents(application)


def _missing_consents(application: Application) -> list[str]:
    digest = application.content_digest
    given = {
        row.institution_id
        for row in application.consents.filter(state=ConsentState.GIVEN)
        if row.content_digest == digest
    }
    return [
        _("%(institution)s has not consented to this text.") % {"institution": place.institution.name}
        for place in members_asked(application)
        if place.institution_id not in given
    ]


def latest_version(application: Application) -> ApplicationVersion | None:
    return application.versions.order_by("-version").first()


def handed_in(call: Call) -> list[Application]:
    """Applications that count or counted, in the order of their first receipt; drafts and withdrawn ones are not among them."""
    rows = Application.objects.filter(call=call, state__in=HANDED_IN_ONCE).select_related("consortium", "call")
    return list(rows.prefetch_related("versions", "checks").order_by("pk"))


def receipt_of(version: ApplicationVersion) -> dict[str, object]:
    """The receipt with the ledger checkpoint that covers it: what `portal-upload verify --receipt` checks offline."""
    event = Event.objects.get(subject=f"receipt:{version.number}")
    checkpoint = checkpoint_covering(event)
    proof = None if checkpoint is None else inclusion_proof(event, checkpoint)
    return {"receipt": version.receipt, "digest": version.receipt_digest, "ledger": proof}


def notice_of(application: Application) -> ApplicantNotice | None:
    return ApplicantNotice.objects.filter(application=application).first()
