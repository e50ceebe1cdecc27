"""Writing files of this machine: flushed, at their place, and with a full disk as an answer."""

import errno
import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.base import CHUNK, Read, Written, wrong_digest
from portal.artifacts.stores.codec import Codec, EncodeOnce

READ_ONLY = 0o440
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors(*, place: str = "") -> Iterator[None]:
    """A full disk is an answer to the sender, who keeps everything stored so far; `place` if it is not the store."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise ArtifactError(
            "disk_short",
            "There is no room left here." if place else "The store is full.",
            where=place,
            hint="Nothing stored is lost. Try again when the operator has made room.",
        ) from error


@contextmanager
def preallocated(path: Path, *, size: int) -> Iterator[int]:
    """A descriptor of the preallocated file; its folder entry is flushed when it is new."""
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size < size:
            os.posix_fallocate(descriptor, 0, size)
            os.fsync(descriptor)
            sync_folder(path.parent)
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


def write_stream(descriptor: int, read: Read, *, encode: EncodeOnce, codec: Codec, offset: int, length: int) -> Written:
    """Copy plain bytes to their place in the stored form; `offset` and `length` are those of the plain bytes."""
    digest, done = hashlib.sha256(), 0
    while done < length and (chunk := read_whole(read, min(CHUNK, length - done))):
        digest.update(chunk)
        _write_all(descriptor, encode(offset + done, chunk), at=codec.stored_offset(offset + done))
        done += len(chunk)
    if length == 0:
        _write_all(descriptor, encode(0, b""), at=0)
    return Written(done, digest.hexdigest())


def read_whole(read: Read, size: int) -> bytes:
    """So many bytes unless the stream ends: a sealed unit is written at once."""
    chunk = read(size)
    while chunk and len(chunk) < size and (more := read(size - len(chunk))):
        chunk += more
    return chunk


def copy_out(stream: BinaryIO, target: Path, *, sha256: str) -> None:
    """Write plain bytes to a read-only file that appears whole, or not at all."""
    part = target.with_name(f".{sha256[:16]}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with disk_errors(place=str(target.parent)), part.open("wb") as file:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != sha256:
            raise wrong_digest(sha256, digest.hexdigest())
        part.chmod(READ_ONLY)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """With its parents, each flushed: what was acknowledged in it is found again after a loss of power."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes | memoryview, *, at: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(descriptor, view, at)
        at += done
        view = view[done:]
