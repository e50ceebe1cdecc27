"""A folder of this machine: `objects/<account>/ab/<sha256>` for verified bytes, `incoming/<upload>/<index>` before."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.base import (
    Incoming,
    Kept,
    Read,
    StoredObject,
    Written,
    account_name,
    object_missing,
    wrong_digest,
)
from portal.artifacts.stores.codec import INCOMING_FOLDERS, PLAIN, Codec, EncodeOnce
from portal.artifacts.stores.files import (
    READ_ONLY,
    copy_out,
    disk_errors,
    lock_span,
    make_folder,
    preallocated,
    sync_folder,
    write_stream,
)
from portal.artifacts.stores.plans import check_part_unit
from portal.common.formats.hashing import sha256_of
from portal.common.formats.manifest import Manifest


@dataclass(frozen=True)
class LocalPart:
    """The span of one part in a preallocated file."""

    descriptor: int
    encode: EncodeOnce
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
            encode = self.codec.writer(owner=file.owner, sha256=file.sha256, size=file.size)
            yield LocalPart(descriptor, encode, self.codec, offset, length)

    def has_incoming(self, file: Incoming) -> bool:
        return self.incoming_path(file).exists()

    def open_incoming(self, file: Incoming) -> BinaryIO:
        return self.codec.reader(self.incoming_path(file).open("rb"), owner=file.owner, sha256=file.sha256)

    def adopt(self, file: Incoming) -> None:
        with disk_errors():
            self._move_in(self.incoming_path(file), owner=file.owner, sha256=file.sha256)

    def remove_incoming(self, upload: object) -> None:
        for folder in INCOMING_FOLDERS:
            path = self.root / folder / str(upload)
            if path.is_file():
                path.unlink(missing_ok=True)
            shutil.rmtree(path, ignore_errors=True)

    def incoming_uploads(self) -> Iterator[tuple[str, float]]:
        for path in (path for folder in INCOMING_FOLDERS for path in (self.root / folder).glob("*")):
            with suppress(FileNotFoundError):
                yield path.name, path.stat().st_mtime

    @contextmanager
    def alone(self, upload: object) -> Iterator[None]:
        folder = self.incoming_folder(upload)
        with disk_errors():
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
        encode = self.codec.writer(owner=owner, sha256=sha256, size=size)
        with disk_errors(), self._fresh_file() as copy:
            try:
                written = write_stream(copy.fileno(), read, encode=encode, codec=self.codec, offset=0, length=size)
                if written != (size, sha256) or read(1):
                    raise wrong_digest(sha256, written.sha256)
                self._move_in(Path(copy.name), owner=owner, sha256=sha256)
            except BaseException:
                Path(copy.name).unlink(missing_ok=True)
                raise

    def _fresh_file(self) -> "tempfile._TemporaryFileWrapper[bytes]":
        folder = self.root / self.codec.incoming_folder
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=folder, delete=False)

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
        make_folder(target.parent)
        with self._lock(fcntl.LOCK_SH):
            if target.exists() and not self.sealed:  # a sealed one may be left from a key that is gone: it is replaced
                os.utime(target)
                path.unlink(missing_ok=True)
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
