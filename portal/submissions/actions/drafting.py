"""The draft and its items: files that are stored, or declared and on their way."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal.artifacts.enums import UploadState
from portal.artifacts.models import Bundle, Upload
from portal.audit.actions import record
from portal.common.formats.archives import is_archive
from portal.common.formats.file_policy import is_image_part
from portal.common.time import kst
from portal.consortia.models import Entry
from portal.submissions.actions.declaring import DECLARATIONS, check_declaration, check_serving
from portal.submissions.enums import REPEATABLE_ROLES, STEPPED_ROLES, AuditAction, Role, State
from portal.submissions.errors import SubmissionRefused
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.selectors.arrival import owner_of
from portal.submissions.selectors.deadline import window_of

ON_THE_WAY = (UploadState.DECLARED, UploadState.CHECKING)


class Files(NamedTuple):
    """What an item is made of; `rows` are the files of the manifest. `bundle` is None while the bytes are on their way with `upload`."""

    owner: str
    digest: str
    rows: tuple[dict[str, Any], ...]
    bundle: Bundle | None
    upload: Upload | None

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(row["path"] for row in self.rows)


def require_open(entry: Entry, *, at: datetime | None = None) -> None:
    """Raise unless the entry takes a hand-in at this moment; `window_of` decides, this says it."""
    window = window_of(entry, at=at)
    if window.closed == "closed":
        raise SubmissionRefused(
            "closed",
            _("This phase does not receive submissions."),
            where=str(entry.phase),
            hint=_("See the schedule for the next phase."),
        )
    if window.closed == "entry_out":
        raise SubmissionRefused(
            "entry_out",
            _("This entry hands in nothing more: %(state)s.") % {"state": entry.get_state_display()},
            where=str(entry),
            hint=_("Everything uploaded is kept. Ask the programme office if this is a mistake."),
        )
    if window.closed and window.deadline:
        raise SubmissionRefused(
            "deadline_passed",
            _("The deadline was %(deadline)s.") % {"deadline": kst(window.deadline)},
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


def add_item(
    submission: Submission, *, role: str, bundle: Bundle, actor: str, step: int | None = None, tokens: int | None = None
) -> SubmissionItem:
    """Put a stored bundle of the same consortium into the draft."""
    files = Files(bundle.owner, bundle.digest, tuple(bundle.file_list()), bundle, None)
    return _put(submission, files, role=role, actor=actor, numbers={"step": step, "tokens": tokens})


def add_upload(
    submission: Submission, *, role: str, upload: Upload, actor: str, step: int | None = None, tokens: int | None = None
) -> SubmissionItem:
    """Put what an upload declares into the draft: its digests bind from now on, its bytes may follow."""
    if upload.bundle is None and upload.state not in ON_THE_WAY:
        raise SubmissionRefused(
            "not_open",
            _("This upload is not open: %(state)s.") % {"state": upload.get_state_display()},
            where="upload",
            hint=_("Run portal-upload push again; it resumes."),
        )
    files = Files(upload.owner, upload.digest, tuple(upload.manifest["files"]), upload.bundle, upload)
    return _put(submission, files, role=role, actor=actor, numbers={"step": step, "tokens": tokens})


@transaction.atomic
def _put(
    submission: Submission, files: Files, *, role: str, actor: str, numbers: dict[str, int | None]
) -> SubmissionItem:
    """Write the item; the same one again changes nothing, with other numbers it takes those.

    In a sealed submission the same one is still the answer: a client that sends outstanding bytes repeats its command.
    """
    if sealed := _sealed_item(submission, role=role, digest=files.digest):
        return sealed
    submission = locked_draft(submission)
    _check_item(submission, role=role, files=files, step=numbers["step"])
    if role not in REPEATABLE_ROLES:
        submission.items.filter(role=role).exclude(digest=files.digest).delete()
    item = submission.items.filter(role=role, digest=files.digest).first()
    wanted: dict[str, Any] = {**numbers, "bundle": files.bundle, "upload": files.upload}
    if item is None:
        item = SubmissionItem.objects.create(submission=submission, role=role, digest=files.digest, **wanted)
    elif {name: getattr(item, name) for name in wanted} == wanted:
        return item
    else:
        SubmissionItem.objects.filter(pk=item.pk).update(**wanted)
        item.refresh_from_db()
    after = {"role": role, "bundle": files.digest, "stored": files.bundle is not None, **numbers}
    record(AuditAction.ITEM_ADDED, actor=actor, subject=f"submission:{submission.pk}", after=after)
    return item


@transaction.atomic
def remove_item(item: SubmissionItem, *, actor: str) -> None:
    """Take an item out of the draft; its files stay stored."""
    submission = locked_draft(item.submission)
    before = {"role": item.role, "bundle": item.digest}
    item.delete()
    record(AuditAction.ITEM_REMOVED, actor=actor, subject=f"submission:{submission.pk}", before=before)


def _sealed_item(submission: Submission, *, role: str, digest: str) -> SubmissionItem | None:
    items = SubmissionItem.objects.filter(submission=submission, role=role, digest=digest)
    return items.exclude(submission__state=State.DRAFT).first()


def locked_draft(submission: Submission) -> Submission:
    """Lock the submission and make sure that it may still be changed."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related("entry__phase", "entry__ruleset")
    submission = rows.get(pk=submission.pk)
    if submission.state != State.DRAFT:
        raise SubmissionRefused(
            "sealed",
            _("This submission is already handed in and cannot be changed."),
            where=f"version {submission.version}",
            hint=_("Open a new version; it replaces this one when you hand it in."),
        )
    require_open(submission.entry)
    return submission


def _check_item(submission: Submission, *, role: str, files: Files, step: int | None) -> None:
    if role not in Role.values:
        raise SubmissionRefused(
            "unknown_role",
            _("There is no role %(role)s.") % {"role": role},
            where="role",
            hint=_("Use one of %(roles)s.") % {"roles": ", ".join(Role.values)},
            field="role",
        )
    if files.owner != owner_of(submission):
        raise SubmissionRefused(
            "not_found", _("This consortium has no such bundle."), where="bundle", hint=_("Upload it first.")
        )
    if files.bundle and files.bundle.destroyed_at:
        raise SubmissionRefused(
            "destroyed",
            _("The bytes of this bundle were destroyed on %(day)s.") % {"day": kst(files.bundle.destroyed_at)},
            where="bundle",
            hint=_("Upload the files again."),
        )
    if role in STEPPED_ROLES and step is None:
        raise SubmissionRefused(
            "no_step",
            _("An initial or intermediate checkpoint needs its step."),
            where="step",
            hint=_("Give --step."),
            field="step",
        )
    if role in {Role.CHECKPOINT, *STEPPED_ROLES} and not _suffixes(files)["safetensors"]:
        raise SubmissionRefused(
            "no_weights",
            _("A checkpoint needs at least one .safetensors file."),
            where="bundle",
            hint=_("Check the folder you pushed."),
        )
    packed = next((path for path in files.paths if is_archive(path)), None)
    if packed is not None and role != Role.CODE:
        raise SubmissionRefused(
            "packed",
            _("An archive is taken as source code only."),
            where=packed,
            hint=_("Upload the files themselves instead of an archive."),
            field="role",
        )
    image = next((path for path in files.paths if is_image_part(path)), None)
    if image is not None and role != Role.SERVING:
        raise SubmissionRefused(
            "image",
            _("The parts of an image are taken as the server of an own architecture only."),
            where=image,
            hint=_("Push the image layout with its serving.json as that part."),
            field="role",
        )
    if role == Role.SERVING:
        check_serving(files.bundle, files=files.rows)
    if role in DECLARATIONS:
        check_declaration(files.bundle, role=Role(role))


def _suffixes(files: Files) -> Counter[str]:
    return Counter(path.rpartition(".")[2] for path in files.paths)
