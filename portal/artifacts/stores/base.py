"""What every store can do, wherever its bytes lie and in whatever form.

Callers see plain bytes only. An object belongs to one account and appears at once, after its bytes were hashed and
flushed: its name is always true.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload
from portal.common.formats.manifest import MIB, Manifest

CHUNK = MIB

Read = Callable[[int], bytes]  # at most so many bytes; b"" at the end


@dataclass(frozen=True)
class Incoming:
    """One file on its way, as it was declared. Sizes in bytes; `parts` are the SHA-256 of its parts."""

    upload: str
    index: int  # place in the manifest
    owner: str
    sha256: str
    size: int
    part_size: int
    parts: tuple[str, ...]

    @classmethod
    def of(cls, upload: Upload, index: int) -> "Incoming":
        entry = upload.plan.files[index]
        return cls(
            upload=str(upload.pk),
            index=index,
            owner=upload.owner,
            sha256=entry.sha256,
            size=entry.size,
            part_size=upload.plan.part_size,
            parts=entry.parts,
        )

    def span(self, number: int) -> tuple[int, int]:
        """Offset and length of a part in the plain file."""
        offset = number * self.part_size
        return offset, min(self.part_size, self.size - offset)


class Written(NamedTuple):
    """Plain bytes taken from the sender, and their SHA-256."""

    size: int
    sha256: str


class Kept(NamedTuple):
    """A file that has become an object."""

    sha256: str
    size: int


class StoredObject(NamedTuple):
    """An object as the collector sees it: `account` is `account_name(owner)`, `modified` seconds of the epoch."""

    account: str
    sha256: str
    size: int  # as it lies there: a sealed object is a little larger than its bytes
    modified: float


class PartWriter(Protocol):
    def write(self, read: Read) -> Written:
        """Take the part's bytes and flush them; the caller compares and only then writes the row.

        Less than the part was sent: nothing of it counts. Wrong bytes may lie there until they are sent again.
        """


class Store(Protocol):
    """Errors are ArtifactErrors: `disk_short`, `part_busy`, `object_missing`, `checking`, `seal_broken`, `store_key`."""

    @property
    def sealed(self) -> bool:
        """Whether the bytes lie there encrypted by the portal."""

    @property
    def direct(self) -> bool:
        """Whether parts may be sent straight to the store, past the portal."""

    def free_bytes(self) -> int | None:
        """Room left in bytes; None where it has no end that the portal could know."""

    def check_plan(self, manifest: Manifest) -> None:
        """Refuse a manifest whose parts do not suit the store (400 with the part size to choose)."""

    # Bytes on their way

    def part(self, file: Incoming, number: int) -> AbstractContextManager[PartWriter]:
        """The sole right to write one part; `part_busy` if another sender has it, in this process or elsewhere."""

    def has_incoming(self, file: Incoming) -> bool: ...

    def open_incoming(self, file: Incoming) -> BinaryIO:
        """Seekable plain bytes of a file whose parts have all arrived; FileNotFoundError when nothing is there."""

    def adopt(self, file: Incoming) -> None:
        """Make the hashed and checked file an object. If the object is there already, its age starts again."""

    def remove_incoming(self, upload: object) -> None:
        """Forget all bytes on their way of an upload (or of a leftover that `incoming_uploads` named)."""

    def incoming_uploads(self) -> Iterator[tuple[str, float]]:
        """Names and last change (seconds of the epoch) of everything on its way, leftovers of killed writers too."""

    def alone(self, upload: object) -> AbstractContextManager[None]:
        """One check of an upload at a time; a killed one lets go. `checking` if another holds it."""

    # Objects

    def add_copy(self, path: Path, *, owner: str) -> Kept:
        """Copy a file of this machine into the store."""

    def put(self, read: Read, *, owner: str, sha256: str, size: int) -> None:
        """Store a stream of known digest and size; `wrong_digest` and nothing stored if it is another one."""

    def exists(self, owner: str, sha256: str) -> bool: ...

    def open(self, owner: str, sha256: str) -> BinaryIO:
        """Seekable plain bytes. It has a `fileno()` only where the plain bytes are a file of this machine."""

    def place(self, owner: str, sha256: str, *, target: Path) -> None:
        """Put the plain bytes at a path, read-only: without copying where that is possible."""

    def delete(self, owner: str, sha256: str) -> bool:
        """Remove an object so that the store has no readable byte of it left; False if it was not there."""

    def objects(self) -> Iterator[StoredObject]: ...

    def remove_unused(self, item: StoredObject, *, unused_since: float) -> bool:
        """Delete an object unless it was adopted again since; False then."""


def account_name(owner: str) -> str:
    """The folder of an account: what the disk shows does not name the consortium."""
    return hashlib.sha256(owner.encode()).hexdigest()[:16]


def object_missing(sha256: str) -> ArtifactError:
    return ArtifactError(
        "object_missing",
        f"The object {sha256} is not in the store.",
        hint="Restore the store from its backup, or move it to the present settings with manage.py move_store.",
    )


def seal_broken(sha256: str, why: str) -> ArtifactError:
    return ArtifactError(
        "seal_broken",
        f"The object {sha256} does not open: {why}.",
        hint="Restore the object from its backup. If all objects fail, the database and the store are not of one time.",
    )


def wrong_digest(expected: str, found: str) -> ArtifactError:
    return ArtifactError(
        "wrong_digest",
        f"The bytes hash to {found}, expected was {expected}.",
        hint="The source changed while it was read, or it is damaged: compare it with its backup.",
    )


def digest_of_part(store: Store, file: Incoming, number: int) -> str:
    """SHA-256 of a part as it lies there, to find those that the disk has changed."""
    offset, length = file.span(number)
    digest, done = hashlib.sha256(), 0
    with store.open_incoming(file) as stream:
        stream.seek(offset)
        while done < length and (chunk := stream.read(min(CHUNK, length - done))):
            digest.update(chunk)
            done += len(chunk)
    return digest.hexdigest()
