"""Hand-in and withdrawal. A version counts as soon as it is whole and replaces every older one then, not before."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record, sign_current_checkpoint
from portal.common.formats.canonical import digest_of
from portal.common.time import KST
from portal.common.transitions import find
from portal.consortia.models import Entry
from portal.submissions.actions.drafting import require_open
from portal.submissions.enums import REQUIRED_ROLES, AuditAction, Role, State
from portal.submissions.errors import SubmissionRefused
from portal.submissions.models import Receipt, Submission
from portal.submissions.selectors.arrival import outstanding, stored_bundles
from portal.submissions.selectors.deadline import bytes_due_of
from portal.submissions.transitions import SUBMISSION

RECEIPT_SCHEMA = "receipt/2"
HANDED_IN = (State.SUBMITTED, State.AWAITING)


def missing_roles(submission: Submission) -> list[Role]:
    """Return the roles without which the submission cannot be handed in; files that are declared are there."""
    present = set(submission.items.values_list("role", flat=True))
    return [role for role in REQUIRED_ROLES if role not in present]


def submit(submission: Submission, *, actor: str) -> Receipt:
    """Seal the draft and issue a receipt under a signed ledger checkpoint.

    With bytes outstanding the declared digests are handed in: the version counts when the bytes are here in time.
    """
    receipt = _seal(submission, actor=actor)
    sign_current_checkpoint()
    return receipt


@transaction.atomic
def _seal(submission: Submission, *, actor: str) -> Receipt:
    entry = Entry.objects.select_for_update().get(pk=submission.entry_id)
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if submission.state in HANDED_IN:
        return submission.receipt  # a second click
    require_open(entry)
    attach_stored(submission)
    declared_only = bool(outstanding(submission))
    target = find(SUBMISSION, "submit_declared" if declared_only else "submit", submission.state).target
    _require_roles(submission)
    if not declared_only:
        replace_older(submission)
        submission.whole_at = timezone.now()
    submission.state, submission.submitted_at = target, timezone.now()
    submission.document = sealed_document(submission)
    submission.digest = digest_of(submission.document)
    submission.save(update_fields=["state", "submitted_at", "whole_at", "document", "digest"])
    receipt = _receipt(submission)
    after = {"submission": submission.digest, "receipt": receipt.digest, "outstanding": declared_only}
    record(AuditAction.SUBMITTED, actor=actor, subject=f"receipt:{receipt.number}", after=after)
    return receipt


def attach_stored(submission: Submission) -> None:
    """Give every item the bundle that its digest names, where the bytes are here by now."""
    here = stored_bundles(submission)
    for item in submission.items.filter(bundle=None):
        if item.digest in here:
            item.bundle = here[item.digest]
            item.save(update_fields=["bundle"])


def replace_older(submission: Submission) -> None:
    """Let this version count: what came before it, whole or not, does not any more."""
    older = submission.entry.submissions.select_for_update().filter(state__in=HANDED_IN)
    for row in older.filter(version__lt=submission.version):
        row.state = find(SUBMISSION, "replace", row.state).target
        row.save(update_fields=["state"])


@transaction.atomic
def withdraw(submission: Submission, *, actor: str, reason: str) -> None:
    """Take a handed-in submission back while the phase receives; the record and the receipt stay."""
    Entry.objects.select_for_update().get(pk=submission.entry_id)
    rows = Submission.objects.select_for_update(of=("self",)).select_related("entry__phase", "entry__ruleset")
    submission = rows.get(pk=submission.pk)
    require_open(submission.entry)
    if not reason.strip():
        raise SubmissionRefused(
            "no_reason",
            _("A withdrawal needs a reason."),
            where="reason",
            hint=_("Say why in one sentence."),
            field="reason",
        )
    submission.state = find(SUBMISSION, "withdraw", submission.state).target
    submission.save(update_fields=["state"])
    record(AuditAction.WITHDRAWN, actor=actor, subject=f"submission:{submission.pk}", reason=reason)


def sealed_document(submission: Submission) -> dict[str, Any]:
    """Describe what is sealed; its digest is the digest of the submission."""
    entry = submission.entry
    return {
        "schema": "submission/1",
        "programme": entry.phase.programme.slug,
        "phase": entry.phase.slug,
        "entry": entry.code,
        "consortium": entry.consortium.slug,
        "version": submission.version,
        "ruleset": entry.ruleset.digest,
        "items": [
            {"role": item.role, "bundle": item.digest, "step": item.step, "tokens": item.tokens}
            for item in submission.items.all()
        ],
    }


def _require_roles(submission: Submission) -> None:
    if missing := missing_roles(submission):
        names = ", ".join(str(role.label) for role in missing)
        raise SubmissionRefused(
            "incomplete",
            _("Still missing: %(parts)s.") % {"parts": names},
            where="items",
            hint=_("Upload or declare these parts and hand in again."),
        )


def _receipt(submission: Submission) -> Receipt:
    issued = timezone.now()
    number = f"{issued.astimezone(KST):%Y%m%d}-{submission.pk:06d}"
    items = list(submission.items.select_related("bundle", "upload"))
    document = {
        "schema": RECEIPT_SCHEMA,
        "number": number,
        "issued_at": issued.astimezone(KST).isoformat(timespec="seconds"),
        "submission": submission.document,
        "submission_digest": submission.digest,
        "outstanding": [item.digest for item in items if item.bundle is None],
        "bytes_due": _bytes_due(submission),
        "files": [{"role": item.role, "bundle": item.digest, **entry} for item in items for entry in item.file_list()],
    }
    return Receipt.objects.create(
        submission=submission, number=number, issued_at=issued, document=document, digest=digest_of(document)
    )


def _bytes_due(submission: Submission) -> str | None:
    """Until when the outstanding bytes may come, as it stood at the hand-in; None for a version that is whole."""
    due = None if submission.state == State.SUBMITTED else bytes_due_of(submission.entry)
    return due.astimezone(KST).isoformat(timespec="seconds") if due else None
