"""Receiving one part: length, digest, disk, and only then the row."""

from typing import Protocol

from django.db import connection, transaction
from django.utils import timezone

from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload, UploadPart
from portal.artifacts.stores import Incoming, current_store
from portal.common.formats.manifest import FileEntry, ManifestError


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def write_part(upload: Upload, *, index: int, number: int, stream: Readable, length: int) -> bool:
    """True if the part was stored now, False if it was there before; then nothing is read or written.

    Errors leave every acknowledged part as it is.
    """
    entry, size = _entry_and_size(upload, index=index, number=number)
    if length != size:
        raise ArtifactError(
            "wrong_length",
            f"Part {number} has {size} bytes, {length} were announced.",
            where=entry.path,
            hint="Send it whole.",
        )
    if upload.state == UploadState.COMPLETE or _is_stored(upload, index=index, number=number):
        return False
    _require_open(upload)
    _release_connection()
    with current_store().part(Incoming.of(upload, index), number) as part:
        if _is_stored(upload, index=index, number=number):  # by the writer that just let go of the lock
            return False
        _release_connection()
        written = part.write(stream.read)
        _check_received(entry, number=number, written=written.size, size=size, digest=written.sha256)
        _acknowledge(upload, index=index, number=number)
    return True


def _entry_and_size(upload: Upload, *, index: int, number: int) -> tuple[FileEntry, int]:
    if index >= len(upload.plan.files):
        raise ArtifactError("no_such_part", f"The manifest has no file {index}.", hint="Files count from 0.")
    entry = upload.plan.files[index]
    try:
        _, size = upload.plan.span(entry, number)
    except ManifestError as error:
        raise ArtifactError("no_such_part", error.message, where=entry.path, hint="Parts count from 0.") from error
    return entry, size


def _check_received(entry: FileEntry, *, number: int, written: int, size: int, digest: str) -> None:
    if written < size:
        raise ArtifactError(
            "short_body",
            f"Part {number} ended after {written} of {size} bytes.",
            where=entry.path,
            hint="Send it again.",
        )
    if digest != entry.parts[number]:
        raise ArtifactError(
            "wrong_digest",
            f"Part {number} hashes to {digest}, declared was {entry.parts[number]}.",
            where=entry.path,
            hint="If the file has changed since it was declared, declare again; otherwise send the part again.",
        )


@transaction.atomic
def _acknowledge(upload: Upload, *, index: int, number: int) -> None:
    """The upload may have expired while the bytes travelled, so its state is read again under the lock."""
    _require_open(Upload.objects.select_for_update().get(pk=upload.pk))
    UploadPart.objects.get_or_create(upload=upload, index=index, number=number)
    Upload.objects.filter(pk=upload.pk).update(active_at=timezone.now())


def _require_open(upload: Upload) -> None:
    if upload.state != UploadState.DECLARED:
        raise ArtifactError("not_open", f"This upload is {upload.state}.", hint="Declare the files again.")


def _is_stored(upload: Upload, *, index: int, number: int) -> bool:
    return UploadPart.objects.filter(upload=upload, index=index, number=number).exists()


def _release_connection() -> None:
    """A slow sender must not keep one of the database's connections for minutes."""
    if not connection.in_atomic_block:
        connection.close()
