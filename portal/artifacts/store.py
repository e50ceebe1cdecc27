"""The local store: `objects/ab/<sha256>` for verified bytes, `incoming/<upload>/<index>` for bytes on their way.

An object appears by one rename after its bytes were hashed and flushed, so its name is always true.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.artifacts.conf import store_dir
from portal.artifacts.errors import ArtifactError

CHUNK = 1 << 20
READ_ONLY = 0o440
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def object_path(sha256: str) -> Path:
    return store_dir() / "objects" / sha256[:2] / sha256


def incoming_folder(upload: object) -> Path:
    return store_dir() / "incoming" / str(upload)


def free_bytes() -> int:
    store_dir().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(store_dir()).free


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk is an answer to the sender, who keeps everything stored so far."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise ArtifactError(
            "disk_short",
            "The store is full.",
            hint="Nothing stored is lost. Try again when the operator has made room.",
        ) from error


@contextmanager
def open_incoming(path: Path, *, size: int) -> Iterator[int]:
    """A descriptor of the preallocated file; its folder entry is flushed when it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with disk_errors():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < size:
                os.posix_fallocate(descriptor, 0, size)
                os.fsync(descriptor)
                _sync_folder(path.parent)
            yield descriptor
        finally:
            os.close(descriptor)


def lock_span(descriptor: int, *, offset: int, length: int) -> None:
    """Keep a second writer of the same part away, in this process or another; closing the descriptor unlocks."""
    request = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, offset, length, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, request)
    except (BlockingIOError, PermissionError) as error:
        raise ArtifactError(
            "part_busy", "Another connection is sending this part.", hint="Ask again for the missing parts in a moment."
        ) from error


def write_span(descriptor: int, read: Callable[[int], bytes], *, offset: int, length: int) -> tuple[int, str]:
    """Copy the stream into the span; returns the bytes written and their SHA-256."""
    digest, written = hashlib.sha256(), 0
    while written < length and (chunk := read(min(CHUNK, length - written))):
        digest.update(chunk)
        view = memoryview(chunk)
        while view:
            done = os.pwrite(descriptor, view, offset + written)
            written += done
            view = view[done:]
    os.fdatasync(descriptor)
    return written, digest.hexdigest()


def digest_span(path: Path, *, offset: int, length: int) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        file.seek(offset)
        while done < length and (chunk := file.read(min(CHUNK, length - done))):
            digest.update(chunk)
            done += len(chunk)
    return digest.hexdigest()


def adopt(path: Path, sha256: str) -> None:
    """Move a verified file to its name; if the object is there already its age starts again, so no collector takes it."""
    target = object_path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _store_lock(fcntl.LOCK_SH):
        if target.exists():
            os.utime(target)
            path.unlink()
            return
        path.chmod(READ_ONLY)
        os.utime(path)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.rename(target)
        _sync_folder(target.parent)


def add_copy(source: Path) -> tuple[str, int]:
    """Copy a file of this machine into the store, hashing on the way; returns digest and size."""
    folder = store_dir() / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with disk_errors(), source.open("rb") as file, tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        try:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                copy.write(chunk)
                size += len(chunk)
            copy.close()
            adopt(Path(copy.name), digest.hexdigest())
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest(), size


def existing_object(sha256: str) -> Path:
    path = object_path(sha256)
    if not path.exists():
        raise ArtifactError(
            "object_missing",
            f"The object {sha256} is not in the store.",
            hint="Restore the store's folder from its backup.",
        )
    return path


def remove_incoming(upload: object) -> None:
    shutil.rmtree(incoming_folder(upload), ignore_errors=True)


def remove_object(path: Path, *, unused_since: float) -> bool:
    """Delete an object that was not adopted since; `unused_since` in seconds of the epoch."""
    with _store_lock(fcntl.LOCK_EX):
        if path.stat().st_mtime > unused_since:
            return False
        path.unlink()
        return True


@contextmanager
def alone(upload: object) -> Iterator[None]:
    """One completion of an upload at a time, over all processes; a killed one lets go."""
    folder = incoming_folder(upload)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ArtifactError(
            "checking", "The files are being checked by another request.", hint="Ask again in a few seconds."
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _store_lock(kind: int) -> Iterator[None]:
    descriptor = os.open(store_dir() / "store.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
