"""Receiving one part: length, digest, disk, and only then the row."""

from typing import Protocol

from django.db import connection, transaction
from django.utils import timezone

from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload, UploadPart
from portal.artifacts.stores import CHUNK, Incoming, Written, current_store


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def write_part(upload: Upload, *, index: int, number: int, stream: Readable, length: int) -> bool:
    """True if the part was stored now, False if it was there before; then nothing is read or written.

    Errors leave every acknowledged part as it is.
    """
    path, file = _declared(upload, index=index)
    if number >= len(file.parts):
        raise ArtifactError("no_such_part", f"There is no part {number}.", where=path, hint="Parts count from 0.")
    _, size = file.span(number)
    if length != size:
        raise ArtifactError(
            "wrong_length",
            f"Part {number} has {size} bytes, {length} were announced.",
            where=path,
            hint="Send it whole.",
        )
    if upload.state == UploadState.COMPLETE or _is_stored(upload, index=index, number=number):
        return False
    _require_open(upload)
    with current_store().part(file, number) as part:
        if _is_stored(upload, index=index, number=number):  # by the writer that just let go of the lock
            return False
        if size > CHUNK:
            _release_connection()
        written = part.write(stream.read)
        _check_received(written, path, number=number, size=size, expected=file.parts[number])
        _acknowledge(upload, index=index, number=number)
    return True


def _declared(upload: Upload, *, index: int) -> tuple[str, Incoming]:
    """Path and place of the file, from its own row; uploads that were declared before there were such rows have none."""
    if row := upload.files.filter(index=index).first():
        place = (str(upload.pk), index, upload.owner)
        return row.path, Incoming(*place, row.sha256, row.size, row.part_size, row.parts())
    if index >= len(upload.plan.files):
        raise ArtifactError("no_such_part", f"The manifest has no file {index}.", hint="Files count from 0.")
    return upload.plan.files[index].path, Incoming.of(upload, index)


def _check_received(written: Written, path: str, *, number: int, size: int, expected: str) -> None:
    if written.size < size:
        raise ArtifactError(
            "short_body",
            f"Part {number} ended after {written.size} of {size} bytes.",
            where=path,
            hint="Send it again.",
        )
    if written.sha256 != expected:
        raise ArtifactError(
            "wrong_digest",
            f"Part {number} hashes to {written.sha256}, declared was {expected}.",
            where=path,
            hint="If the file has changed since it was declared, declare again; otherwise send the part again.",
        )


@transaction.atomic
def _acknowledge(upload: Upload, *, index: int, number: int) -> None:
    """The upload may have expired while the bytes travelled, so its state is read again under the lock."""
    _require_open(Upload.objects.select_for_update().only("state").get(pk=upload.pk))
    UploadPart.objects.get_or_create(upload=upload, index=index, number=number)
    now = timezone.now()
    Upload.objects.filter(pk=upload.pk).update(active_at=now, received_at=now)


def _require_open(upload: Upload) -> None:
    if upload.state != UploadState.DECLARED:
        raise ArtifactError("not_open", f"This upload is {upload.state}.", hint="Declare the files again.")


def _is_stored(upload: Upload, *, index: int, number: int) -> bool:
    return UploadPart.objects.filter(upload=upload, index=index, number=number).exists()


def _release_connection() -> None:
    """A slow sender of a large part must not keep one of the database's connections for minutes."""
    if not connection.in_atomic_block:
        connection.close()
