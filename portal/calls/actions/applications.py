"""An application: opened, written, consented to, handed in with a receipt, withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.artifacts.models import Bundle
from portal.audit.actions import leave_trace, record, sign_current_checkpoint
from portal.calls.actions.base import (
    locked_call,
    require_manager,
    require_receiving,
    step,
)
from portal.calls.actions.letters import ask_for_consents
from portal.calls.actions.receipts import application_document, write_version
from portal.calls.enums import ApplicationState, AuditAction, ConsentState
from portal.calls.errors import CallError, Conflict, Incomplete
from portal.calls.models import Application, ApplicationVersion, CallInvitation, Consent
from portal.calls.selectors.applications import (
    bar_to_applying,
    earlier_decisions,
    holes_in,
    latest_version,
    members_asked,
)
from portal.calls.selectors.calls import requirements_of
from portal.calls.transitions import APPLICATION, CONSENT, INVITATION
from portal.consortia.models import Consortium, Membership
from portal.programmes.enums import CallState
from portal.programmes.models import Call
from portal.review.models import Decision

WRITABLE = (ApplicationState.DRAFT, ApplicationState.HANDED_IN, ApplicationState.WITHDRAWN)


@dataclass(frozen=True)
class Content:
    """What an applicant writes. `confirmed` are numbers of requirements."""

    plan: str = ""
    answer: str = ""
    earlier_decision: Decision | None = None
    plan_bundle: Bundle | None = None
    confirmed: Iterable[int] = field(default_factory=tuple)


@transaction.atomic
def open_application(call: Call, *, consortium: Consortium, opened_by: User) -> Application:
    """The consortium's application to this call: the one it has, or a new empty one."""
    row = locked_call(call)
    require_manager(opened_by, consortium)
    known = Application.objects.filter(call=row, consortium=consortium).first()
    if known is not None:
        return known
    require_receiving(row)
    bar = bar_to_applying(consortium, row)
    if bar:
        raise CallError(bar)
    application = Application.objects.create(call=row, consortium=consortium)
    _ask_members(application)
    leave_trace(
        AuditAction.APPLICATION_OPENED,
        by=opened_by,
        subject=application,
        after={"call": row.pk, "consortium": consortium.slug},
    )
    return application


@transaction.atomic
def save_application(application: Application, *, content: Content, revision: int, saved_by: User) -> Application:
    """Keep what was written. `revision` is that of the page it was written on: two windows never overwrite each other."""
    row = _locked(application)
    require_manager(saved_by, row.consortium)
    require_receiving(row.call)
    if row.state not in WRITABLE:
        raise CallError(_("This application is being judged; it cannot be changed any more."))
    if row.revision != revision:
        current = {"plan": row.plan, "answer": row.answer, "revision": row.revision}
        raise Conflict(_("Somebody saved this application in the meantime; both texts are below."), current=current)
    _require_own(row, content)
    before = row.content_digest
    row.plan, row.answer = content.plan.strip(), content.answer.strip()
    row.earlier_decision, row.plan_bundle = content.earlier_decision, content.plan_bundle
    row.confirmed = sorted(set(content.confirmed))
    _ask_members(row)
    if row.content_digest == before:
        return row
    row.revision, row.saved_at = row.revision + 1, timezone.now()
    row.save()
    leave_trace(
        AuditAction.APPLICATION_SAVED,
        by=saved_by,
        subject=row,
        before={"content": before},
        after={"content": row.content_digest, "revision": row.revision},
    )
    return row


def _require_own(row: Application, content: Content) -> None:
    """What the application refers to is the consortium's own, and the call's."""
    known = {requirement.number for requirement in requirements_of(row.call)}
    if not set(content.confirmed) <= known:
        raise CallError(_("The eligibility list of this call has no such line."))
    if content.plan_bundle is not None and content.plan_bundle.owner != row.consortium.account_key:
        raise CallError(_("This consortium has no such bundle."))
    earlier = earlier_decisions(row.consortium, row.call.phase.programme)
    if content.earlier_decision is not None and not earlier.filter(pk=content.earlier_decision.pk).exists():
        raise CallError(_("The earlier decision is not one on this consortium in this programme."))


def _ask_members(application: Application) -> list[Consent]:
    """A row for each member institution whose place counts now."""
    places = members_asked(application)
    return [
        Consent.objects.get_or_create(application=application, institution=place.institution)[0] for place in places
    ]


@transaction.atomic
def ask_consents(application: Application, *, asked_by: User) -> list[Consent]:
    """Mail the contacts of the members whose consent to this text is missing; the same text asks once."""
    row = _locked(application)
    require_manager(asked_by, row.consortium)
    require_receiving(row.call)
    digest = row.content_digest
    asked = [
        consent
        for consent in _ask_members(row)
        if consent.state != ConsentState.GIVEN or consent.content_digest != digest
    ]
    ask_for_consents(row, asked)
    return asked


@transaction.atomic
def answer_consent(consent: Consent, *, gives: bool, content_digest: str, answered_by: User, note: str = "") -> Consent:
    """The answer of a member institution, by its own contact, to the text with `content_digest`: another text needs another answer."""
    application = _locked(consent.application)
    require_receiving(application.call)
    row = Consent.objects.select_for_update().get(pk=consent.pk)
    contacts = Membership.objects.filter(consortium=application.consortium, institution=row.institution)
    if not contacts.filter(user=answered_by).exists():
        raise PermissionDenied(_("Only a contact of the institution itself can answer."))
    if content_digest != application.content_digest:
        raise Conflict(_("The text has changed since you opened it; read it again, then answer."), current={})
    if gives and row.state == ConsentState.GIVEN and row.content_digest == content_digest:
        return row
    found = step(CONSENT, "give" if gives else "refuse", row.state, by=answered_by, reason=note)
    row.state, row.content_digest, row.note = ConsentState(found.target), content_digest, note.strip()
    row.answered_by, row.answered_at = answered_by, timezone.now()
    row.save()
    leave_trace(
        AuditAction.CONSENT_ANSWERED,
        by=answered_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "content": content_digest},
        reason=note,
    )
    return row


def hand_in(application: Application, *, handed_in_by: User) -> ApplicationVersion:
    """Seal the text as the next version and issue its receipt under a signed checkpoint. A second click changes nothing."""
    version = _seal(application, handed_in_by=handed_in_by)
    sign_current_checkpoint()
    return version


@transaction.atomic
def _seal(application: Application, *, handed_in_by: User) -> ApplicationVersion:
    row = _locked(application)
    require_manager(handed_in_by, row.consortium)
    require_receiving(row.call)
    latest = latest_version(row)
    same = latest is not None and latest.document == application_document(row, version=latest.version)
    if latest is not None and same and row.state == ApplicationState.HANDED_IN:
        return latest
    bar = bar_to_applying(row.consortium, row.call)  # it may have entered the phase since it opened the application
    if bar:
        raise CallError(bar)
    holes = holes_in(row)
    if holes:
        raise Incomplete(_("The application is not complete. Open:"), holes=holes)
    found = step(APPLICATION, "hand_in", row.state, by=handed_in_by)
    version = write_version(row, number=latest.version + 1 if latest else 1, handed_in_by=handed_in_by)
    row.state = application.state = ApplicationState(found.target)
    row.save(update_fields=["state"])
    _answer_invitation(row, by=handed_in_by)
    record(
        AuditAction.APPLICATION_HANDED_IN,
        actor=handed_in_by.actor,
        subject=f"receipt:{version.number}",
        after={"application": version.digest, "receipt": version.receipt_digest},
    )
    return version


def _answer_invitation(application: Application, *, by: User) -> None:
    waiting = CallInvitation.objects.filter(call=application.call, consortium=application.consortium).first()
    if waiting is not None and waiting.state != "applied":
        waiting.state, waiting.answered_at = step(INVITATION, "apply", waiting.state, by=by).target, timezone.now()
        waiting.save(update_fields=["state", "answered_at"])


@transaction.atomic
def withdraw_application(application: Application, *, withdrawn_by: User, reason: str) -> Application:
    """Take an application back before it is judged; receipt and versions stay."""
    row = _locked(application)
    require_manager(withdrawn_by, row.consortium)
    if row.call.state not in (CallState.OPEN, CallState.CLOSED):
        raise CallError(_("The committee has judged this call; the application can no longer be withdrawn."))
    found = step(APPLICATION, "withdraw", row.state, by=withdrawn_by, reason=reason)
    row.state = application.state = ApplicationState(found.target)
    row.save(update_fields=["state"])
    leave_trace(
        AuditAction.APPLICATION_WITHDRAWN,
        by=withdrawn_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target},
        reason=reason,
    )
    return row


def _locked(application: Application) -> Application:
    """The application under the lock of its call, with that call's row as it stands now."""
    call = locked_call(application.call)
    rows = Application.objects.select_for_update(of=("self",))
    row = rows.select_related("consortium", "plan_bundle", "earlier_decision").get(pk=application.pk)
    row.call = call
    return row
