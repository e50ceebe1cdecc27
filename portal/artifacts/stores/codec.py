"""The form in which bytes lie in a store: as they are, or sealed (sealed.py).

Both forms keep parts apart: the bytes of one part can be written without knowing those of any other.
"""

from collections.abc import Callable
from typing import BinaryIO, Protocol

Encode = Callable[[int, bytes], bytes]  # plain offset (a multiple of the unit) and at most one unit of bytes
EncodeOnce = Callable[[int, bytes], bytes | memoryview]


class Codec(Protocol):
    """The two forms never lie in one folder, so a store can be moved from one to the other."""

    sealed: bool
    unit: int  # parts are multiples of this many plain bytes
    objects_folder: str
    incoming_folder: str

    def stored_size(self, size: int) -> int:
        """Bytes in the store of a file of `size` plain bytes."""

    def stored_offset(self, offset: int) -> int:
        """Where the plain byte `offset`, a multiple of `unit`, begins in the stored file."""

    def encoder(self, *, owner: str, sha256: str, size: int) -> Encode:
        """Turns plain units of one file into stored ones, in any order. A torn unit may give nothing: it never counts."""

    def writer(self, *, owner: str, sha256: str, size: int) -> EncodeOnce:
        """The same for one who has written each unit before asking for the next: it may lie in one place of memory."""

    def reader(self, raw: BinaryIO, *, owner: str, sha256: str) -> BinaryIO:
        """Seekable plain bytes over the seekable stored ones; closing it closes them."""


class PlainCodec:
    """Bytes lie there as they are."""

    sealed = False
    unit = 1
    objects_folder = "objects"
    incoming_folder = "incoming"

    def stored_size(self, size: int) -> int:
        return size

    def stored_offset(self, offset: int) -> int:
        return offset

    def encoder(self, *, owner: str, sha256: str, size: int) -> Encode:
        return lambda _, chunk: chunk

    def writer(self, *, owner: str, sha256: str, size: int) -> EncodeOnce:
        return lambda _, chunk: chunk

    def reader(self, raw: BinaryIO, *, owner: str, sha256: str) -> BinaryIO:
        return raw


PLAIN = PlainCodec()
INCOMING_FOLDERS = ("incoming", "incoming-sealed")  # of both forms: what one leaves behind, the other clears away
