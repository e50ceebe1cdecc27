"""A bucket: `objects/<account>/ab/<sha256>` for verified bytes, `incoming/<upload>/<index>/<number>` before.

Each part travels as an object of its own, so nothing has to be remembered between parts and bytes on their way can be read.
A whole file is glued together inside the bucket, from exactly those versions of its parts that were read for its digest.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from portal.artifacts.conf import store_dir
from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.assembly import assemble, send_parts
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
from portal.artifacts.stores.bucket import Access, Bucket, Item, NotThere, Signed
from portal.artifacts.stores.codec import INCOMING_FOLDERS, Codec, Encode, PlainCodec
from portal.artifacts.stores.files import copy_out, read_whole
from portal.artifacts.stores.locks import Busy, name_lock
from portal.artifacts.stores.plans import check_part_count, check_part_unit
from portal.artifacts.stores.ranged import Piece, open_pieces
from portal.common.formats.hashing import sha256_of
from portal.common.formats.manifest import Manifest

PUT_SECONDS = 3600  # of the portal's own requests
DELETES = 8  # at the same time

# What was read last of each file on its way, by bucket and file: only these versions may become its object.
_read_pieces: dict[tuple[Bucket, str, int], list[Piece]] = {}


class _WrongBytes(Exception):
    """Raised inside a request's body so that the store never gets its end."""


@dataclass
class S3Part:
    store: "S3Store"
    file: Incoming
    number: int
    encode: Encode
    taken: Written = field(default_factory=lambda: Written(0, ""))

    def write(self, read: Read) -> Written:
        length = self.store.part_length(self.file, self.number)
        sha256 = "" if self.store.sealed else self.file.parts[self.number]
        name = self.store.part_name(self.file, self.number)
        bucket = self.store.bucket
        signed = bucket.sign_put(name, length=length, sha256=sha256, seconds=PUT_SECONDS, public=False)
        with suppress(_WrongBytes):  # the caller compares, and refuses
            bucket.send(signed, self._body(read), length=length)
        return self.taken

    def _body(self, read: Read) -> Iterator[bytes]:
        """The stored form; its last piece is held back until the digest is that of the declaration."""
        offset, length = self.file.span(self.number)
        digest, done, held = hashlib.sha256(), 0, b""
        while done < length and (chunk := read_whole(read, min(CHUNK, length - done))):
            if held:
                yield held
            digest.update(chunk)
            held = self.encode(offset + done, chunk)
            done += len(chunk)
        self.taken = Written(done, digest.hexdigest())
        if self.taken != (length, self.file.parts[self.number]):
            raise _WrongBytes
        yield held


@dataclass(frozen=True)
class S3Store:
    bucket: Bucket
    locks: Path  # a folder of this machine
    codec: Codec = field(default_factory=PlainCodec)

    @property
    def sealed(self) -> bool:
        return self.codec.sealed

    @property
    def direct(self) -> bool:
        return self.bucket.access.direct and not self.sealed

    def free_bytes(self) -> int | None:
        return None

    def check_plan(self, manifest: Manifest) -> None:
        check_part_unit(manifest, unit=self.codec.unit)
        check_part_count(manifest)

    def object_name(self, account: str, sha256: str) -> str:
        return f"{self.codec.objects_folder}/{account}/{sha256[:2]}/{sha256}"

    def parts_of(self, file: Incoming) -> str:
        return f"{self.codec.incoming_folder}/{file.upload}/{file.index}/"

    def part_name(self, file: Incoming, number: int) -> str:
        return f"{self.parts_of(file)}{number:06}"

    def part_length(self, file: Incoming, number: int) -> int:
        """Bytes of a part as it lies in the bucket."""
        offset, length = file.span(number)
        last = offset + length == file.size
        end = self.codec.stored_size(file.size) if last else self.codec.stored_offset(offset + length)
        return end - self.codec.stored_offset(offset)

    @contextmanager
    def part(self, file: Incoming, number: int) -> Iterator[S3Part]:
        """Two senders of one part do no harm: each puts the whole of it, with the declared digest or not at all.

        The key is asked for here: while bytes travel no connection to the database is needed.
        """
        yield S3Part(self, file, number, self.codec.encoder(owner=file.owner, sha256=file.sha256, size=file.size))

    def sign_part(self, file: Incoming, number: int, *, seconds: int) -> Signed:
        """For the client to put one part here by itself."""
        length, sha256 = self.part_length(file, number), file.parts[number]
        return self.bucket.sign_put(
            self.part_name(file, number), length=length, sha256=sha256, seconds=seconds, public=True
        )

    def received(self, file: Incoming, number: int) -> tuple[int, str, str] | None:
        """Size, ETag and the store's own checksum (base64, may be empty) of a part that was sent past the portal."""
        try:
            head = self.bucket.head(self.part_name(file, number))
        except NotThere:
            return None
        return int(head["ContentLength"]), str(head["ETag"]), str(head.get("ChecksumSHA256", ""))

    def has_incoming(self, file: Incoming) -> bool:
        """By its first part, which goes first when the file has become an object."""
        return self.received(file, 0) is not None

    def open_incoming(self, file: Incoming) -> BinaryIO:
        found = {item.key: item for item in self.bucket.items(self.parts_of(file))}
        if not found:
            raise FileNotFoundError(self.parts_of(file))
        pieces = [self._piece(file, number, found) for number in range(len(file.parts))]
        _read_pieces[self.bucket, file.upload, file.index] = pieces
        return self.codec.reader(open_pieces(self.bucket, pieces), owner=file.owner, sha256=file.sha256)

    def _piece(self, file: Incoming, number: int, found: dict[str, Item]) -> Piece:
        """A part that is gone or of another length reads as zeros, so that the check finds it and asks for it again."""
        name, length = self.part_name(file, number), self.part_length(file, number)
        item = found.get(name)
        return Piece(name, length, item.etag) if item and item.size == length else Piece("", length)

    def adopt(self, file: Incoming) -> None:
        pieces = _read_pieces.pop((self.bucket, file.upload, file.index), None) or self._read_again(file)
        target = self.object_name(account_name(file.owner), file.sha256)
        with name_lock(self.locks, target, shared=True):
            assemble(self.bucket, pieces, target=target)
        first, *others = (piece.name for piece in pieces)
        self.bucket.delete_all([first])
        self._delete(others)

    def _read_again(self, file: Incoming) -> list[Piece]:
        """Another process has checked it: what becomes an object is what this one has seen."""
        digest = hashlib.sha256()
        with self.open_incoming(file) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != file.sha256:
            raise wrong_digest(file.sha256, digest.hexdigest())
        return _read_pieces.pop((self.bucket, file.upload, file.index))

    def remove_incoming(self, upload: object) -> None:
        """Also an assembly that nobody finished: its name is `<id>@<object>`."""
        upload_id, at, target = str(upload).partition("@")
        if at:
            self.bucket.abort(target, upload_id)
            return
        for key in [key for key in _read_pieces if key[:2] == (self.bucket, str(upload))]:
            _read_pieces.pop(key, None)
        for folder in INCOMING_FOLDERS:
            self._delete([item.key for item in self.bucket.items(f"{folder}/{upload}/")])

    def incoming_uploads(self) -> Iterator[tuple[str, float]]:
        latest: dict[str, float] = {}
        for item in (item for folder in INCOMING_FOLDERS for item in self.bucket.items(f"{folder}/")):
            upload = item.key.split("/")[1]
            latest[upload] = max(item.modified, latest.get(upload, 0.0))
        yield from latest.items()
        for target, upload_id, begun in self.bucket.multiparts(f"{self.codec.objects_folder}/"):
            yield f"{upload_id}@{target}", begun

    @contextmanager
    def alone(self, upload: object) -> Iterator[None]:
        """Over the processes of this machine; over several machines the states of upload and job do it."""
        with ExitStack() as held:
            try:
                held.enter_context(name_lock(self.locks, f"check {upload}", wait=False))
            except Busy as error:
                raise ArtifactError(
                    "checking", "The files are being checked by another request.", hint="Ask again in a few seconds."
                ) from error
            yield

    def add_copy(self, path: Path, *, owner: str) -> Kept:
        kept = Kept(sha256_of(path), path.stat().st_size)
        with path.open("rb") as file:
            self.put(file.read, owner=owner, sha256=kept.sha256, size=kept.size)
        return kept

    def put(self, read: Read, *, owner: str, sha256: str, size: int) -> None:
        """One object or none: what a killed process has begun never gets a name."""
        encode = self.codec.encoder(owner=owner, sha256=sha256, size=size)
        digest = hashlib.sha256()

        def stored() -> Iterator[bytes]:
            done = 0
            while done < size and (chunk := read_whole(read, min(CHUNK, size - done))):
                digest.update(chunk)
                yield encode(done, chunk)
                done += len(chunk)
            if not size:
                yield encode(0, b"")
            if digest.hexdigest() != sha256 or read(1):
                raise wrong_digest(sha256, digest.hexdigest())

        name = self.object_name(account_name(owner), sha256)
        with name_lock(self.locks, name, shared=True):
            send_parts(self.bucket, stored(), size=self.codec.stored_size(size), target=name)

    def exists(self, owner: str, sha256: str) -> bool:
        try:
            self.bucket.head(self.object_name(account_name(owner), sha256))
        except NotThere:
            return False
        return True

    def open(self, owner: str, sha256: str) -> BinaryIO:
        name = self.object_name(account_name(owner), sha256)
        try:
            size = int(self.bucket.head(name)["ContentLength"])
        except NotThere as error:
            raise object_missing(sha256) from error
        return self.codec.reader(open_pieces(self.bucket, [Piece(name, size)]), owner=owner, sha256=sha256)

    def place(self, owner: str, sha256: str, *, target: Path) -> None:
        if target.is_symlink() or target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.open(owner, sha256) as stream:
            copy_out(stream, target, sha256=sha256)

    def delete(self, owner: str, sha256: str) -> bool:
        """With what a killed process had begun to glue together, and former versions."""
        found, name = self.exists(owner, sha256), self.object_name(account_name(owner), sha256)
        for target, upload_id, _ in list(self.bucket.multiparts(name)):
            self.bucket.abort(target, upload_id)
        self.bucket.delete_all([name])
        return found

    def objects(self) -> Iterator[StoredObject]:
        for item in self.bucket.items(f"{self.codec.objects_folder}/"):
            _, account, _, sha256 = item.key.split("/")
            yield StoredObject(account, sha256, item.size, item.modified)

    def remove_unused(self, item: StoredObject, *, unused_since: float) -> bool:
        name = self.object_name(item.account, item.sha256)
        with suppress(NotThere, Busy), name_lock(self.locks, name, wait=False):
            if self.bucket.head(name)["LastModified"].timestamp() <= unused_since:
                self.bucket.delete_all([name])
                return True
        return False

    def _delete(self, names: list[str]) -> None:
        with ThreadPoolExecutor(DELETES) as pool:
            list(pool.map(lambda name: self.bucket.delete_all([name]), names))


def s3_store(codec: Codec) -> S3Store:
    """The bucket that the settings name."""
    return S3Store(Bucket(Access(**settings.OBJECT_STORE)), store_dir() / "locks", codec)
