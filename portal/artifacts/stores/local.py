"""A folder of this machine: `objects/<account>/ab/<sha256>` for verified bytes, `incoming/<upload>/<index>` before."""

import errno
import fcntl
import hashlib
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.base import (
    CHUNK,
    Incoming,
    Kept,
    Read,
    StoredObject,
    Written,
    account_name,
    object_missing,
    wrong_digest,
)
from portal.artifacts.stores.codec import PLAIN, Codec, Encode
from portal.artifacts.stores.plans import check_part_unit
from portal.common.formats.hashing import sha256_of
from portal.common.formats.manifest import Manifest

READ_ONLY = 0o440
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class LocalPart:
    """The span of one part in a preallocated file."""

    descriptor: int
    encode: Encode
    codec: Codec
    offset: int
    length: int

    def write(self, read: Read) -> Written:
        written = write_stream(
            self.descriptor, read, encode=self.encode, codec=self.codec, offset=self.offset, length=self.length
        )
        os.fdatasync(self.descriptor)
        return written


@dataclass(frozen=True)
class LocalStore:
    root: Path
    codec: Codec = PLAIN
    direct = False

    @property
    def sealed(self) -> bool:
        return self.codec.sealed

    def free_bytes(self) -> int | None:
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free

    def check_plan(self, manifest: Manifest) -> None:
        check_part_unit(manifest, unit=self.codec.unit)

    def object_path(self, owner: str, sha256: str) -> Path:
        return self.root / self.codec.objects_folder / account_name(owner) / sha256[:2] / sha256

    def incoming_folder(self, upload: object) -> Path:
        return self.root / self.codec.incoming_folder / str(upload)

    def incoming_path(self, file: Incoming) -> Path:
        return self.incoming_folder(file.upload) / str(file.index)

    @contextmanager
    def part(self, file: Incoming, number: int) -> Iterator[LocalPart]:
        offset, length = file.span(number)
        with (
            disk_errors(),
            preallocated(self.incoming_path(file), size=self.codec.stored_size(file.size)) as descriptor,
        ):
            lock_span(descriptor, offset=offset, length=length)
            encode = self.codec.encoder(owner=file.owner, sha256=file.sha256, size=file.size)
            yield LocalPart(descriptor, encode, self.codec, offset, length)

    def has_incoming(self, file: Incoming) -> bool:
        return self.incoming_path(file).exists()

    def open_incoming(self, file: Incoming) -> BinaryIO:
        return self.codec.reader(self.incoming_path(file).open("rb"), owner=file.owner, sha256=file.sha256)

    def adopt(self, file: Incoming) -> None:
        self._move_in(self.incoming_path(file), owner=file.owner, sha256=file.sha256)

    def remove_incoming(self, upload: object) -> None:
        path = self.incoming_folder(upload)
        if path.is_file():
            path.unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)

    def incoming_uploads(self) -> Iterator[tuple[str, float]]:
        for path in (self.root / self.codec.incoming_folder).glob("*"):
            with suppress(FileNotFoundError):
                yield path.name, path.stat().st_mtime

    @contextmanager
    def alone(self, upload: object) -> Iterator[None]:
        folder = self.incoming_folder(upload)
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

    def add_copy(self, path: Path, *, owner: str) -> Kept:
        kept = Kept(sha256_of(path), path.stat().st_size)
        with path.open("rb") as file:
            self.put(file.read, owner=owner, sha256=kept.sha256, size=kept.size)
        return kept

    def put(self, read: Read, *, owner: str, sha256: str, size: int) -> None:
        folder = self.root / self.codec.incoming_folder
        folder.mkdir(parents=True, exist_ok=True)
        encode = self.codec.encoder(owner=owner, sha256=sha256, size=size)
        with disk_errors(), tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
            try:
                written = write_stream(copy.fileno(), read, encode=encode, codec=self.codec, offset=0, length=size)
                if written != (size, sha256) or read(1):
                    raise wrong_digest(sha256, written.sha256)
                self._move_in(Path(copy.name), owner=owner, sha256=sha256)
            except BaseException:
                Path(copy.name).unlink(missing_ok=True)
                raise

    def exists(self, owner: str, sha256: str) -> bool:
        return self.object_path(owner, sha256).exists()

    def open(self, owner: str, sha256: str) -> BinaryIO:
        try:
            raw = self.object_path(owner, sha256).open("rb")
        except FileNotFoundError as error:
            raise object_missing(sha256) from error
        return self.codec.reader(raw, owner=owner, sha256=sha256)

    def place(self, owner: str, sha256: str, *, target: Path) -> None:
        source = self.object_path(owner, sha256)
        if not source.exists():
            raise object_missing(sha256)
        if target.is_symlink() or target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.codec.sealed:
            with self.open(owner, sha256) as stream:
                copy_out(stream, target, sha256=sha256)
            return
        try:
            os.link(source, target)
        except OSError:  # another file system, or a kernel that forbids it
            target.symlink_to(source.resolve())

    def delete(self, owner: str, sha256: str) -> bool:
        path = self.object_path(owner, sha256)
        with self._lock(fcntl.LOCK_EX):
            if not path.exists():
                return False
            path.unlink()
            sync_folder(path.parent)
            return True

    def objects(self) -> Iterator[StoredObject]:
        for path in (self.root / self.codec.objects_folder).glob("*/*/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield StoredObject(path.parent.parent.name, path.name, status.st_size, status.st_mtime)

    def remove_unused(self, item: StoredObject, *, unused_since: float) -> bool:
        path = self.root / self.codec.objects_folder / item.account / item.sha256[:2] / item.sha256
        with self._lock(fcntl.LOCK_EX):
            if not path.exists() or path.stat().st_mtime > unused_since:
                return False
            path.unlink()
            return True

    def _move_in(self, path: Path, *, owner: str, sha256: str) -> None:
        """Flush a verified file and give it its name."""
        target = self.object_path(owner, sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._lock(fcntl.LOCK_SH):
            if target.exists():
                os.utime(target)
                path.unlink()
                return
            path.chmod(READ_ONLY)
            os.utime(path)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.rename(target)
            sync_folder(target.parent)

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Shared while an object appears, sole while one is removed: none is taken away that was just adopted."""
        descriptor = os.open(self.root / "store.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


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
def preallocated(path: Path, *, size: int) -> Iterator[int]:
    """A descriptor of the preallocated file; its folder entry is flushed when it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
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


def write_stream(descriptor: int, read: Read, *, encode: Encode, codec: Codec, offset: int, length: int) -> Written:
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
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with part.open("wb") as file:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != sha256:
            raise wrong_digest(sha256, digest.hexdigest())
        part.chmod(READ_ONLY)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes, *, at: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(descriptor, view, at)
        at += done
        view = view[done:]
