"""Completing: every file is hashed as a whole and checked by its kind, then the bundle exists and never changes."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from django.db import transaction
from django.db.models import F

from portal.artifacts.checks import check_file, check_indexes
from portal.artifacts.conf import store_dir
from portal.artifacts.enums import AuditAction, UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, Bundle, BundleFile, Upload
from portal.artifacts.selectors import blobs_of, files_to_receive, missing_parts
from portal.artifacts.stores import Incoming, LocalStore, current_store, digest_of_part
from portal.audit.actions import record
from portal.common.formats.hashing import sha256_of
from portal.common.formats.manifest import FileEntry, Manifest


class StillChecking(Exception):
    """The time of this call is over; `checked` of `files` are done and stay done."""

    def __init__(self, *, checked: int, files: int) -> None:
        super().__init__(f"{checked} of {files} files are checked")
        self.checked = checked
        self.files = files


def complete_upload(upload: Upload, *, actor: str, seconds: float | None = None) -> Bundle:
    """Idempotent, and safe to be killed anywhere. With `seconds`, StillChecking says that another call is needed."""
    deadline = None if seconds is None else time.monotonic() + seconds
    upload = Upload.objects.get(pk=upload.pk)
    if upload.bundle is not None:
        return upload.bundle
    _require_whole(upload)
    with current_store().alone(upload.pk):
        upload.refresh_from_db()
        if upload.bundle is not None:  # by the call that just let go
            return upload.bundle
        try:
            _take_over_files(upload, deadline=deadline)
            check_indexes((entry.path for entry in upload.plan.files), _locator(upload))
        except ArtifactError as error:
            if error.code == "file_refused":
                _refuse(upload, error, actor=actor)
            raise
        bundle = _seal(upload, actor=actor)
    current_store().remove_incoming(upload.pk)
    return bundle


@transaction.atomic
def create_bundle(manifest: Manifest, *, owner: str) -> Bundle:
    """The bundle over blobs that this account holds; one whose bytes were destroyed has bytes again."""
    bundle, created = Bundle.objects.get_or_create(
        owner=owner,
        digest=manifest.digest,
        defaults={"manifest": manifest.content(), "total_size": manifest.total_size},
    )
    if created or bundle.destroyed_at is not None:  # sent again after its bytes were destroyed
        blobs = blobs_of(owner, (entry.sha256 for entry in manifest.files))
        BundleFile.objects.bulk_create(
            [BundleFile(bundle=bundle, path=entry.path, blob=blobs[entry.sha256]) for entry in manifest.files],
            batch_size=500,
        )
        Bundle.objects.filter(pk=bundle.pk).update(destroyed_at=None)
    return bundle


def _require_whole(upload: Upload) -> None:
    if upload.state != UploadState.DECLARED:
        raise ArtifactError(
            "not_open", f"This upload is {upload.state}.", hint="Declare the files again.", refusal=upload.refusal
        )
    if missing := missing_parts(upload):
        parts = sum(len(numbers) for numbers in missing.values())
        raise ArtifactError(
            "parts_missing",
            f"{parts} parts are missing.",
            where=min(missing),
            hint="Push again; it sends only those.",
            missing=missing,
        )


def _take_over_files(upload: Upload, *, deadline: float | None) -> None:
    """Bytes known from before are checked too: under a new name other rules hold."""
    received = dict(files_to_receive(upload))
    for index, entry in enumerate(upload.plan.files):
        if deadline is not None and time.monotonic() > deadline:
            raise StillChecking(checked=index, files=len(upload.plan.files))
        if index in received:
            _take_over(upload, index=index, entry=entry)
        else:
            check_file(_object_path(upload.owner, entry.sha256), name=entry.path)


def _take_over(upload: Upload, *, index: int, entry: FileEntry) -> None:
    store, file = current_store(), Incoming.of(upload, index)
    path = LocalStore(store_dir()).incoming_path(file)
    if entry.size == 0:
        store.put(lambda _: b"", owner=upload.owner, sha256=entry.sha256, size=0)
    if path.exists():
        _check_digest(upload, index=index, entry=entry, path=path)
        check_file(path, name=entry.path)
        store.adopt(file)
    elif _object_path(upload.owner, entry.sha256).exists():  # an earlier call was killed between rename and row
        check_file(_object_path(upload.owner, entry.sha256), name=entry.path)
    else:
        raise _lost_parts(upload, index=index, entry=entry, numbers=range(len(entry.parts)))
    with transaction.atomic():
        _, created = Blob.objects.get_or_create(owner=upload.owner, sha256=entry.sha256, defaults={"size": entry.size})
        if created:
            Upload.objects.filter(pk=upload.pk).update(reserved=F("reserved") - entry.size)


def _check_digest(upload: Upload, *, index: int, entry: FileEntry, path: Path) -> None:
    """Whole file against the declaration. If not equal, either the disk changed a part or the declaration is wrong."""
    if sha256_of(path) == entry.sha256:
        return
    store, file = current_store(), Incoming.of(upload, index)
    damaged = [n for n, digest in enumerate(entry.parts) if digest_of_part(store, file, n) != digest]
    if damaged:
        raise _lost_parts(upload, index=index, entry=entry, numbers=damaged)
    raise ArtifactError(
        "file_refused",
        "The file does not hash to its declared SHA-256, though every part does.",
        where=entry.path,
        hint="The declaration is wrong: compute it again and declare anew.",
    )


def _lost_parts(upload: Upload, *, index: int, entry: FileEntry, numbers: Iterable[int]) -> ArtifactError:
    """The disk no longer holds what was acknowledged: take the promise back and ask for the parts again."""
    lost = list(numbers)
    upload.parts.filter(index=index, number__in=lost).delete()
    return ArtifactError(
        "parts_missing",
        f"{len(lost)} parts changed on the disk of the portal.",
        where=entry.path,
        hint="Push again; it sends only those.",
        missing={entry.path: lost},
    )


@transaction.atomic
def _seal(upload: Upload, *, actor: str) -> Bundle:
    """The rows of the parts stay for now: they keep a late sender from writing into what has become an object."""
    bundle = create_bundle(upload.plan, owner=upload.owner)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.COMPLETE, bundle=bundle, reserved=0)
    after = {"bundle": bundle.digest, "bytes": bundle.total_size, "files": len(upload.plan.files)}
    record(AuditAction.COMPLETED, actor=actor, subject=f"upload:{upload.pk}", after=after)
    return bundle


def _refuse(upload: Upload, error: ArtifactError, *, actor: str) -> None:
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(state=UploadState.REFUSED, refusal=error.document(), reserved=0)
        upload.parts.all().delete()
        record(AuditAction.REFUSED, actor=actor, subject=f"upload:{upload.pk}", after={"refusal": error.document()})
    current_store().remove_incoming(upload.pk)


def _object_path(owner: str, sha256: str) -> Path:
    return LocalStore(store_dir()).object_path(owner, sha256)


def _locator(upload: Upload) -> Callable[[str], Path]:
    digests = {entry.path: entry.sha256 for entry in upload.plan.files}
    return lambda path: _object_path(upload.owner, digests[path])
