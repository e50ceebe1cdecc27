"""From the last part to the bundle, and the other ways in which an upload ends. Every step is a row of `transitions.UPLOAD`."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.artifacts import hooks
from portal.artifacts.actions.bundles import create_bundle
from portal.artifacts.actions.checking import check_files
from portal.artifacts.actions.reads import read_bundle
from portal.artifacts.enums import AuditAction, ReadPurpose, UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Bundle, Upload
from portal.artifacts.selectors import missing_parts
from portal.artifacts.stores import current_store
from portal.artifacts.transitions import UPLOAD
from portal.audit.actions import record
from portal.common.transitions import TransitionError, find

GOES_ON = frozenset({"parts_missing", "file_refused"})  # outcomes of a check that are answers, not mishaps


def complete_upload(upload: Upload, *, actor: str) -> Bundle:
    """The whole check in this process. Idempotent, and safe to be killed anywhere."""
    upload = begin_check(upload, actor=actor)
    if upload.bundle is not None:
        return upload.bundle
    return run_check(upload, actor=actor)


@transaction.atomic
def begin_check(upload: Upload, *, actor: str, elsewhere: bool = False) -> Upload:
    """Take the upload, whole, out of its senders' hands; again changes nothing. `elsewhere` has a job do the check.

    Raises `parts_missing`, `file_refused` (it was) or `not_open`.
    """
    upload = _locked(upload)
    if upload.state in {UploadState.CHECKING, UploadState.COMPLETE}:
        return upload
    _require_whole(upload)
    upload = _moved(upload, "check", active_at=timezone.now(), checks=upload.checks + 1, checked=0, checked_bytes=0)
    intake = hooks.current()
    if elsewhere and intake is not None:
        intake.request_check(upload, actor=actor)
    after = {"bundle": upload.digest, "round": upload.checks}
    record(AuditAction.CHECKING, actor=actor, subject=f"upload:{upload.pk}", after=after)
    return upload


def run_check(upload: Upload, *, actor: str, threads: int = 1) -> Bundle:
    """Read, judge and seal; `checking` when another process is at it."""
    with current_store().alone(upload.pk):
        try:
            check_files(upload, threads=threads)
        except ArtifactError as error:
            if error.code in GOES_ON:
                end_check(upload, error, actor=actor)
            if error.code == "file_refused":
                current_store().remove_incoming(upload.pk)
            raise
        bundle = seal_upload(upload, actor=actor)
    current_store().remove_incoming(upload.pk)  # also the folder in which the lock lay
    return bundle


@transaction.atomic
def seal_upload(upload: Upload, *, actor: str, reader: str = "system") -> Bundle:
    """The bundle of an upload whose files are checked; `reader` is who read them, for the owner's list of reads.

    The rows of the parts stay for now: they keep a late sender from writing into what has become an object.
    """
    upload = _locked(upload)
    if upload.bundle is not None:
        return upload.bundle
    bundle = create_bundle(upload.plan, owner=upload.owner)
    _moved(upload, "complete", bundle=bundle, reserved=0)
    _forget_incoming(upload)
    read_bundle(bundle, reader=reader, purpose=ReadPurpose.ARRIVAL)
    after = {"bundle": bundle.digest, "bytes": bundle.total_size, "files": len(upload.plan.files)}
    record(AuditAction.COMPLETED, actor=actor, subject=f"upload:{upload.pk}", after=after)
    return bundle


@transaction.atomic
def end_check(upload: Upload, error: ArtifactError, *, actor: str) -> None:
    """What stopped the check becomes the upload's state: refused, or open again so that parts can be sent."""
    upload = _locked(upload)
    if upload.state != UploadState.CHECKING:
        return
    reason: dict[str, Any] = {"reason": error.document()}
    if error.code == "file_refused":
        _moved(upload, "refuse", refusal=error.document(), reserved=0)
        upload.parts.all().delete()
        _forget_incoming(upload)
        record(AuditAction.REFUSED, actor=actor, subject=f"upload:{upload.pk}", after=reason)
    else:
        _moved(upload, "reopen", active_at=timezone.now())
        record(AuditAction.REOPENED, actor=actor, subject=f"upload:{upload.pk}", after=reason)


@transaction.atomic
def cancel_upload(upload: Upload, *, actor: str) -> Upload:
    """Give up an open upload: bytes on their way go, blobs that the account has stay. Again changes nothing."""
    upload = _locked(upload)
    if upload.state == UploadState.CANCELLED:
        return upload
    before = {"state": upload.state}
    upload = _moved(upload, "cancel", reserved=0)
    upload.parts.all().delete()
    _forget_incoming(upload)
    record(AuditAction.CANCELLED, actor=actor, subject=f"upload:{upload.pk}", before=before)
    return upload


def _locked(upload: Upload) -> Upload:
    return Upload.objects.select_for_update().get(pk=upload.pk)


def _moved(upload: Upload, event: str, **fields: Any) -> Upload:
    """Write the step of the table; `upload` is locked."""
    try:
        upload.state = find(UPLOAD, event, upload.state).target
    except TransitionError as error:
        raise ArtifactError(
            "not_open", f"This upload is {upload.state}.", hint="Declare the files again.", refusal=upload.refusal
        ) from error
    for name, value in fields.items():
        setattr(upload, name, value)
    upload.save(update_fields=["state", *fields])
    return upload


def _forget_incoming(upload: Upload) -> None:
    transaction.on_commit(lambda: current_store().remove_incoming(upload.pk))


def _require_whole(upload: Upload) -> None:
    if upload.state == UploadState.REFUSED and upload.refusal:
        said = {name: upload.refusal[name] for name in ("detail", "where", "hint")}
        raise ArtifactError("file_refused", **said)
    if upload.state == UploadState.DECLARED and (missing := missing_parts(upload)):
        parts = sum(len(numbers) for numbers in missing.values())
        raise ArtifactError(
            "parts_missing",
            f"{parts} parts are missing.",
            where=min(missing),
            hint="Push again; it sends only those.",
            missing=missing,
        )
