"""The check between the last part and the bundle: every file is read once, hashed, judged by its kind, and becomes a blob.

Idempotent and safe to be killed anywhere: what is done stays done, and the next call goes on with the rest.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from portal.artifacts import hooks
from portal.artifacts.actions.blobs import keep_blob
from portal.artifacts.actions.summaries import keep_summary
from portal.artifacts.checks import Content, check_content, check_indexes, check_known_size
from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload
from portal.artifacts.reading import Reading, read_file
from portal.artifacts.second_reader import SecondReader
from portal.artifacts.selectors import files_to_receive
from portal.artifacts.stores import Incoming, current_store, digest_of_part
from portal.common.formats.manifest import FileEntry

TELL_EVERY = 0.5  # seconds between two notes of progress

Place = tuple[int, FileEntry]
Note = Callable[[int, int], None]  # bytes done, bytes in all


def check_files(upload: Upload, *, threads: int = 1, note: Note | None = None) -> None:
    """Raises `file_refused`, `parts_missing` (bytes changed on the disk) or `not_open` (cancelled meanwhile)."""
    progress = Progress(upload, note)
    received = list(files_to_receive(upload))
    contents: dict[str, Content] = {}
    with SecondReader() as second:
        for (index, entry), reading in _readings(upload, received, second=second, threads=threads):
            if reading.content is None:
                raise _wrong_bytes(upload, index=index, entry=entry)
            contents[entry.path] = reading.content
            _take_over(upload, index=index, entry=entry, findings=reading.findings)
            progress.add(entry)
        for entry in upload.plan.files:
            if entry.path not in contents:
                contents[entry.path] = _check_known(upload, entry, second=second)
                progress.add(entry)
    check_indexes(contents)
    progress.tell()


class Progress:
    """Notes on the row how far the check is, and notices there that the upload was cancelled."""

    def __init__(self, upload: Upload, note: Note | None) -> None:
        self.upload, self.files, self.bytes, self.told = upload, 0, 0, 0.0
        self.note = note
        self.tell()

    def add(self, entry: FileEntry) -> None:
        self.files += 1
        self.bytes += entry.size
        if time.monotonic() - self.told >= TELL_EVERY:
            self.tell()

    def tell(self) -> None:
        self.told = time.monotonic()
        open_check = Upload.objects.filter(pk=self.upload.pk, state=UploadState.CHECKING)
        if not open_check.update(checked=self.files, checked_bytes=self.bytes):
            raise ArtifactError("not_open", "This upload is no longer being checked.", hint="Ask for its state.")
        if self.note:
            self.note(self.bytes, self.upload.plan.total_size)


def _readings(
    upload: Upload, places: Iterable[Place], *, second: SecondReader, threads: int
) -> Iterator[tuple[Place, Reading]]:
    """Read several files at once, in order. Streams are opened here: the threads need no database."""
    intake = hooks.current()
    waiting: deque[tuple[Place, Future[Reading]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for index, entry in places:
                stream = _open_received(upload, index=index, entry=entry)
                watch = intake.watch(entry.path, size=entry.size) if intake else None
                waiting.append(((index, entry), pool.submit(read_file, stream, entry, second=second, watch=watch)))
                if len(waiting) > threads:
                    place, reading = waiting.popleft()
                    yield place, _result(reading)
            for place, reading in waiting:
                yield place, _result(reading)
        finally:
            pool.shutdown(cancel_futures=True)


def _result(reading: Future[Reading]) -> Reading:
    """A broken seal is one form of changed bytes."""
    try:
        return reading.result()
    except ArtifactError as error:
        if error.code != "seal_broken":
            raise
        return Reading("", None, None)


def _open_received(upload: Upload, *, index: int, entry: FileEntry) -> BinaryIO:
    """The bytes on their way, or the object that an earlier call made of them before it was killed."""
    store, file = current_store(), Incoming.of(upload, index)
    if entry.size and store.has_incoming(file):
        try:
            return store.open_incoming(file)
        except ArtifactError as error:
            if error.code != "seal_broken":
                raise
            raise _lost_parts(upload, index=index, entry=entry, numbers=range(len(entry.parts))) from error
    if not entry.size:
        store.put(lambda _: b"", owner=upload.owner, sha256=entry.sha256, size=0)
    if not store.exists(upload.owner, entry.sha256):
        raise _lost_parts(upload, index=index, entry=entry, numbers=range(len(entry.parts)))
    return store.open(upload.owner, entry.sha256)


def _take_over(upload: Upload, *, index: int, entry: FileEntry, findings: hooks.Findings | None) -> None:
    store, file = current_store(), Incoming.of(upload, index)
    if store.has_incoming(file):
        store.adopt(file)
    with transaction.atomic():
        blob, is_new = keep_blob(owner=upload.owner, sha256=entry.sha256, size=entry.size)
        if is_new:
            Upload.objects.filter(pk=upload.pk).update(reserved=Greatest(F("reserved") - entry.size, 0))
    if findings is not None:
        keep_summary(blob, findings)


def _check_known(upload: Upload, entry: FileEntry, *, second: SecondReader) -> Content:
    """Bytes known from before are judged too: under a new name other rules hold."""
    with current_store().open(upload.owner, entry.sha256) as stream:
        check_known_size(stream.seek(0, os.SEEK_END), name=entry.path, declared=entry.size)
        stream.seek(0)
        return check_content(stream, name=entry.path, size=entry.size, second=second)


def _wrong_bytes(upload: Upload, *, index: int, entry: FileEntry) -> ArtifactError:
    """The whole does not hash to its declaration: either the disk changed a part or the declaration is wrong."""
    file = Incoming.of(upload, index)
    if damaged := [number for number in range(len(entry.parts)) if not _is_sound(file, number)]:
        return _lost_parts(upload, index=index, entry=entry, numbers=damaged)
    return ArtifactError(
        "file_refused",
        "The file does not hash to its declared SHA-256, though every part does.",
        where=entry.path,
        hint="The declaration is wrong: compute it again and declare anew.",
    )


def _is_sound(file: Incoming, number: int) -> bool:
    try:
        return digest_of_part(current_store(), file, number) == file.parts[number]
    except ArtifactError as error:
        if error.code != "seal_broken":
            raise
        return False


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
