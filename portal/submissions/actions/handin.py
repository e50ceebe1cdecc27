"""Draft, items, hand-in, withdrawal."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Bundle
from portal.audit.actions import record, sign_current_checkpoint
from portal.common.formats.canonical import digest_of
from portal.common.time import KST, kst
from portal.common.transitions import find
from portal.consortia.models import Entry
from portal.consortia.selectors import deadline_of
from portal.submissions.components import DeclarationError, parse_declaration
from portal.submissions.enums import REPEATABLE_ROLES, REQUIRED_ROLES, STEPPED_ROLES, AuditAction, Role, State
from portal.submissions.models import Receipt, Submission, SubmissionItem
from portal.submissions.transitions import SUBMISSION

RECEIPT_SCHEMA = "receipt/1"
DECLARATION_LIMIT = 4 << 20  # bytes


class SubmissionRefused(Exception):
    """A step that the rules do not allow: what, where, and what to do."""

    def __init__(self, code: str, detail: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.where, self.hint = code, detail, where, hint


def require_open(entry: Entry, *, at: datetime | None = None) -> None:
    """Raise unless the phase receives submissions and the entry's deadline has not passed: the one place that decides."""
    if entry.phase.state != "receiving":
        raise SubmissionRefused(
            "closed",
            _("This phase does not receive submissions."),
            where=str(entry.phase),
            hint=_("See the schedule for the next phase."),
        )
    deadline = deadline_of(entry)
    if deadline and (at or timezone.now()) > deadline:
        raise SubmissionRefused(
            "deadline_passed",
            _("The deadline was %(deadline)s.") % {"deadline": kst(deadline)},
            where=str(entry),
            hint=_("Everything uploaded is kept. Ask the programme office about an extension for all entries."),
        )


@transaction.atomic
def open_draft(entry: Entry, *, actor: str) -> Submission:
    """Return the entry's draft, opening the next version if there is none."""
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    require_open(entry)
    if draft := entry.submissions.filter(state=State.DRAFT).first():
        return draft
    draft = Submission.objects.create(entry=entry, version=entry.submissions.count() + 1)
    record(AuditAction.DRAFT_OPENED, actor=actor, subject=f"submission:{draft.pk}", after={"version": draft.version})
    return draft


@transaction.atomic
def add_item(
    submission: Submission, *, role: str, bundle: Bundle, actor: str, step: int | None = None, tokens: int | None = None
) -> SubmissionItem:
    """Put a complete bundle of the same consortium into the draft. The same item again changes nothing."""
    submission = _draft(submission)
    _check_item(submission, role=role, bundle=bundle, step=step)
    if role not in REPEATABLE_ROLES:
        submission.items.filter(role=role).exclude(bundle=bundle).delete()
    item, created = SubmissionItem.objects.get_or_create(
        submission=submission, role=role, bundle=bundle, defaults={"step": step, "tokens": tokens}
    )
    if created:
        after = {"role": role, "bundle": bundle.digest}
        record(AuditAction.ITEM_ADDED, actor=actor, subject=f"submission:{submission.pk}", after=after)
    return item


@transaction.atomic
def remove_item(item: SubmissionItem, *, actor: str) -> None:
    """Take an item out of the draft; its bundle stays stored."""
    submission = _draft(item.submission)
    before = {"role": item.role, "bundle": item.bundle.digest}
    item.delete()
    record(AuditAction.ITEM_REMOVED, actor=actor, subject=f"submission:{submission.pk}", before=before)


def missing_roles(submission: Submission) -> list[Role]:
    """Return the roles without which the submission cannot be handed in."""
    present = set(submission.items.values_list("role", flat=True))
    return [role for role in REQUIRED_ROLES if role not in present]


def submit(submission: Submission, *, actor: str) -> Receipt:
    """Seal the draft, replace the version before it and issue a receipt under a signed ledger checkpoint."""
    receipt = _seal(submission, actor=actor)
    sign_current_checkpoint()
    return receipt


@transaction.atomic
def _seal(submission: Submission, *, actor: str) -> Receipt:
    entry = Entry.objects.select_for_update().get(pk=submission.entry_id)
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if submission.state == State.SUBMITTED:
        return submission.receipt  # a second click
    require_open(entry)
    target = find(SUBMISSION, "submit", submission.state).target
    if missing := missing_roles(submission):
        names = ", ".join(str(role.label) for role in missing)
        raise SubmissionRefused(
            "incomplete",
            _("Still missing: %(parts)s.") % {"parts": names},
            where="items",
            hint=_("Upload these parts and hand in again."),
        )
    for older in entry.submissions.select_for_update().filter(state=State.SUBMITTED):
        older.state = find(SUBMISSION, "replace", older.state).target
        older.save(update_fields=["state"])
    submission.state, submission.submitted_at = target, timezone.now()
    submission.document = sealed_document(submission)
    submission.digest = digest_of(submission.document)
    submission.save(update_fields=["state", "submitted_at", "document", "digest"])
    receipt = _receipt(submission)
    record(
        AuditAction.SUBMITTED,
        actor=actor,
        subject=f"receipt:{receipt.number}",
        after={"submission": submission.digest, "receipt": receipt.digest},
    )
    return receipt


@transaction.atomic
def withdraw(submission: Submission, *, actor: str, reason: str) -> None:
    """Take a handed-in submission back while the phase receives; the record and the receipt stay."""
    submission = Submission.objects.select_for_update().select_related("entry__phase").get(pk=submission.pk)
    require_open(submission.entry)
    if not reason.strip():
        raise SubmissionRefused(
            "no_reason", _("A withdrawal needs a reason."), where="reason", hint=_("Say why in one sentence.")
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
            {"role": item.role, "bundle": item.bundle.digest, "step": item.step, "tokens": item.tokens}
            for item in submission.items.select_related("bundle")
        ],
    }


def _receipt(submission: Submission) -> Receipt:
    issued = timezone.now()
    number = f"{issued.astimezone(KST):%Y%m%d}-{submission.pk:06d}"
    document = {
        "schema": RECEIPT_SCHEMA,
        "number": number,
        "issued_at": issued.astimezone(KST).isoformat(timespec="seconds"),
        "submission": submission.document,
        "submission_digest": submission.digest,
        "files": [
            {"role": item.role, "bundle": item.bundle.digest, **entry}
            for item in submission.items.select_related("bundle")
            for entry in item.bundle.file_list()
        ],
    }
    return Receipt.objects.create(
        submission=submission, number=number, issued_at=issued, document=document, digest=digest_of(document)
    )


def _draft(submission: Submission) -> Submission:
    submission = Submission.objects.select_for_update().select_related("entry__phase").get(pk=submission.pk)
    if submission.state != State.DRAFT:
        raise SubmissionRefused(
            "sealed",
            _("This submission is already handed in and cannot be changed."),
            where=f"version {submission.version}",
            hint=_("Open a new version; it replaces this one when you hand it in."),
        )
    require_open(submission.entry)
    return submission


def _check_item(submission: Submission, *, role: str, bundle: Bundle, step: int | None) -> None:
    if role not in Role.values:
        raise SubmissionRefused(
            "unknown_role",
            _("There is no role %(role)s.") % {"role": role},
            where="role",
            hint=_("Use one of %(roles)s.") % {"roles": ", ".join(Role.values)},
        )
    if bundle.owner != submission.entry.consortium.account_key:
        raise SubmissionRefused(
            "not_found", _("This consortium has no such bundle."), where="bundle", hint=_("Upload it first.")
        )
    if role in STEPPED_ROLES and step is None:
        raise SubmissionRefused(
            "no_step", _("An initial or intermediate checkpoint needs its step."), where="step", hint=_("Give --step.")
        )
    if role in {Role.CHECKPOINT, *STEPPED_ROLES} and not _suffixes(bundle)[".safetensors"]:
        raise SubmissionRefused(
            "no_weights",
            _("A checkpoint needs at least one .safetensors file."),
            where="bundle",
            hint=_("Check the folder you pushed."),
        )
    if role == Role.COMPONENT_DECLARATION:
        _check_declaration(bundle)


def _suffixes(bundle: Bundle) -> Counter[str]:
    return Counter("." + entry["path"].rpartition(".")[2] for entry in bundle.file_list())


def _check_declaration(bundle: Bundle) -> None:
    files = list(bundle.files.select_related("blob"))
    if len(files) != 1 or files[0].blob.size > DECLARATION_LIMIT:
        raise SubmissionRefused(
            "declaration",
            _("A component declaration is one JSON file of at most 4 MiB."),
            where="bundle",
            hint=_("Push the file alone."),
        )
    with open_blob(files[0].blob, reader="system", purpose=ReadPurpose.DECLARATION) as file:
        try:
            parse_declaration(file.read())
        except DeclarationError as error:
            raise SubmissionRefused(
                "declaration",
                str(error),
                where=f"{files[0].path}: {error.where}",
                hint=_("Correct the file and push it again."),
            ) from error
