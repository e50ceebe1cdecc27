"""Objects encrypted by the portal: AES-256-GCM in chunks of 1 MiB, each of them sealed on its own.

A stored chunk is 12 bytes of random nonce, the encrypted bytes and 16 bytes of tag. What a chunk is (digest of the
file, number, whether it is the last, size of the file) goes into the tag: chunks cannot be swapped, dropped or cut
off unnoticed. Each file has its own key (keys.py), so the number of random nonces under one key stays far below 2^32
(NIST SP 800-38D, section 8.3).
"""

import io
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.artifacts.stores.base import seal_broken
from portal.artifacts.stores.codec import Encode, EncodeOnce
from portal.artifacts.stores.keys import key_for_reading, key_for_writing
from portal.common.formats.manifest import MIB, part_count

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

UNIT = MIB
NONCE = 12
TAG = 16
BUFFER = 64 << 10  # small reads; larger ones are opened where the caller wants them
EXTRA = NONCE + TAG  # bytes that each chunk is longer by
_STORED_UNIT = UNIT + EXTRA

KeyOf = Callable[[str, str], bytes]  # owner, SHA-256 of the plain file


@dataclass(frozen=True)
class SealedCodec:
    """The keys come from the database unless the caller has its own."""

    key_for_writing: KeyOf = key_for_writing
    key_for_reading: KeyOf = key_for_reading

    sealed = True
    unit = UNIT
    objects_folder = "sealed"
    incoming_folder = "incoming-sealed"

    def stored_size(self, size: int) -> int:
        return size + EXTRA * _chunks(size)

    def stored_offset(self, offset: int) -> int:
        return offset // UNIT * _STORED_UNIT

    def encoder(self, *, owner: str, sha256: str, size: int) -> Encode:
        return FileSeal(self.key_for_writing(owner, sha256), sha256=sha256, size=size).encode

    def writer(self, *, owner: str, sha256: str, size: int) -> EncodeOnce:
        return FileSeal(self.key_for_writing(owner, sha256), sha256=sha256, size=size).encode_in_place

    def reader(self, raw: BinaryIO, *, owner: str, sha256: str) -> BinaryIO:
        try:
            key = self.key_for_reading(owner, sha256)
            return io.BufferedReader(SealedReader(raw, key, sha256=sha256), buffer_size=BUFFER)
        except BaseException:
            raw.close()
            raise


class FileSeal:
    """Seals and opens the chunks of one file of `size` plain bytes."""

    def __init__(self, key: bytes, *, sha256: str, size: int) -> None:
        self._cipher = AESGCM(key)
        self._name = bytes.fromhex(sha256)
        self._sha256 = sha256
        self.size = size

    @cached_property
    def _space(self) -> bytearray:
        return bytearray(_STORED_UNIT)

    def encode(self, offset: int, chunk: bytes) -> bytes:
        """Nothing for a chunk that the sender broke off: it cannot be sealed, and will be sent again."""
        number = self._whole(offset, chunk)
        if number is None:
            return b""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, chunk, self._label(number))

    def encode_in_place(self, offset: int, chunk: bytes) -> memoryview:
        """The same; the result is valid until the next call. A fresh megabyte each time costs more than sealing it."""
        number = self._whole(offset, chunk)
        if number is None:
            return memoryview(b"")
        stored = memoryview(self._space)[: len(chunk) + EXTRA]
        stored[:NONCE] = nonce = os.urandom(NONCE)
        self._cipher.encrypt_into(nonce, chunk, self._label(number), stored[NONCE:])
        return stored

    def decode(self, number: int, stored: memoryview, target: memoryview) -> None:
        try:
            self._cipher.decrypt_into(bytes(stored[:NONCE]), stored[NONCE:], self._label(number), target)
        except InvalidTag as error:
            raise seal_broken(
                self._sha256, f"the bytes from {number * UNIT} on are not what was sealed with its key"
            ) from error

    def _label(self, number: int) -> bytes:
        return self._name + struct.pack(">QQ?", self.size, number, number == _chunks(self.size) - 1)

    def _whole(self, offset: int, chunk: bytes) -> int | None:
        """The number of the chunk that begins at `offset`; None if the sender broke it off."""
        number, beside = divmod(offset, UNIT)
        if beside:
            raise ValueError(f"sealed chunks begin at multiples of {UNIT} bytes, not at {offset}")
        expected = min(UNIT, self.size - offset)
        if len(chunk) > expected:
            raise ValueError(f"a sealed chunk has {expected} bytes here, not {len(chunk)}")
        return number if len(chunk) == expected else None


class SealedReader(io.RawIOBase):
    """Plain bytes over a sealed file, from any place: one chunk is opened at a time and the last one kept."""

    def __init__(self, raw: BinaryIO, key: bytes, *, sha256: str) -> None:
        self._raw = raw
        self._seal = FileSeal(key, sha256=sha256, size=_plain_size(raw.seek(0, io.SEEK_END), sha256=sha256))
        self._sha256 = sha256
        self._at = 0
        self._stored = bytearray(_STORED_UNIT)
        self._chunk = bytearray()
        self._chunk_number = -1
        if self._seal.size == 0:
            self._open(0, memoryview(bytearray()))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._seal.size}[whence]
        if start + offset < 0:
            raise ValueError(f"no place before the file: {start + offset}")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        if self._at >= self._seal.size or not target:
            return 0
        number, within = divmod(self._at, UNIT)
        length = min(UNIT, self._seal.size - number * UNIT)
        taken = min(length - within, len(target))
        if taken == length and number != self._chunk_number:
            self._open(number, target[:length])
        else:
            self._keep(number, length)
            target[:taken] = memoryview(self._chunk)[within : within + taken]
        self._at += taken
        return taken

    def close(self) -> None:
        self._raw.close()
        super().close()

    def _keep(self, number: int, length: int) -> None:
        if number != self._chunk_number:
            self._chunk_number = -1
            self._chunk = self._chunk or bytearray(UNIT)
            self._open(number, memoryview(self._chunk)[:length])
            self._chunk_number = number

    def _open(self, number: int, target: memoryview) -> None:
        stored = memoryview(self._stored)[: len(target) + EXTRA]
        self._raw.seek(number * _STORED_UNIT)
        done = 0
        while done < len(stored) and (count := self._raw.readinto(stored[done:])):  # type: ignore[attr-defined]
            done += count
        if done < len(stored):
            raise seal_broken(self._sha256, f"it ends within the chunk at byte {number * UNIT}")
        self._seal.decode(number, stored, target)


def _chunks(size: int) -> int:
    """An empty file is one empty chunk: its emptiness is sealed too."""
    return max(1, part_count(size, UNIT))


def _plain_size(stored: int, *, sha256: str) -> int:
    chunks = part_count(stored, _STORED_UNIT)
    size = stored - chunks * EXTRA
    if size < 0 or _chunks(size) != chunks:
        raise seal_broken(sha256, f"no sealed file has {stored} bytes")
    return size
