"""Compressed streams as plain ones that give no more than was asked for, whatever a short input claims to unpack to."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from portal.common.formats.archives.bounds import PIECE, ArchiveError, Budget

XZ_MEMORY = 128 << 20  # bytes; `xz -9` needs 65 MiB to be read again
BROKEN = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)


class Stream(Protocol):
    """Bytes from front to back; fewer than asked for only at the end."""

    offset: int

    def read(self, count: int) -> bytes: ...


class Plain:
    """A tar as it lies in the file."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self.offset = 0

    def read(self, count: int) -> bytes:
        data = self._stream.read(count)
        self.offset += len(data)
        self._budget.count_bytes(len(data), packed=self.offset)
        return data


class Unpacked:
    """Unpacks piece by piece. Several compressed streams one after another are one, as gzip and xz define it."""

    def __init__(self, stream: BinaryIO, budget: Budget, *, make: Callable[[], Any], kind: str) -> None:
        self._stream = stream
        self._budget = budget
        self._make = make
        self._kind = kind
        self._inner = make()
        self._rest = b""  # packed bytes that are not unpacked yet
        self._packed = 0
        self._ended = False
        self.offset = 0

    def read(self, count: int) -> bytes:
        """Return `count` unpacked bytes, fewer only at the end."""
        found = bytearray()
        while len(found) < count and not self._ended:
            piece = self._piece(count - len(found))
            self._budget.count_bytes(len(piece), packed=self._packed)
            found += piece
        self.offset += len(found)
        return bytes(found)

    def _piece(self, most: int) -> bytes:
        if self._inner.eof:
            return self._next_stream()
        if not self._rest and self._wants_input():
            self._rest = self._stream.read(PIECE)
            self._packed += len(self._rest)
            if not self._rest:
                raise self._error("it ends in the middle")
        try:
            data = bytes(self._inner.decompress(self._rest, most))
        except BROKEN as error:
            raise self._error(f"it does not unpack ({error})") from error
        self._rest = self._left()
        return data

    def _wants_input(self) -> bool:
        return bool(getattr(self._inner, "needs_input", True))

    def _left(self) -> bytes:
        """Return the packed bytes that were given and not used: zlib hands them back, the others keep them."""
        if self._inner.eof:
            return bytes(self._inner.unused_data)
        return bytes(getattr(self._inner, "unconsumed_tail", b""))

    def _next_stream(self) -> bytes:
        """Go on with the next compressed stream; zeros behind the last one are padding."""
        rest = (self._rest or self._read_more()).lstrip(b"\x00")
        if not rest:
            self._rest = b""
            if not (more := self._read_more()):
                self._ended = True
            self._rest = more
            return b""
        self._rest = rest
        self._inner = self._make()
        return b""

    def _read_more(self) -> bytes:
        data = self._stream.read(PIECE)
        self._packed += len(data)
        self._budget.check_time()
        return data

    def _error(self, message: str) -> ArchiveError:
        where = f"{self._budget.name}, unpacked byte {self.offset}"
        return ArchiveError(where, f"{self._kind}: {message}", hint="Pack it again; the file is damaged.")


def _gzip(stream: BinaryIO, budget: Budget) -> Stream:
    return Unpacked(stream, budget, make=lambda: zlib.decompressobj(wbits=31), kind="gzip")


def _bzip2(stream: BinaryIO, budget: Budget) -> Stream:
    return Unpacked(stream, budget, make=bz2.BZ2Decompressor, kind="bzip2")


def _xz(stream: BinaryIO, budget: Budget) -> Stream:
    def make() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    return Unpacked(stream, budget, make=make, kind="xz")


OPENERS: dict[str, Callable[[BinaryIO, Budget], Stream]] = {"tar": Plain, "gzip": _gzip, "bzip2": _bzip2, "xz": _xz}
