"""Where the bytes of a file come from. The rest of the client knows a name in the bundle and this."""

import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from portal.client.errors import ClientError
from portal.client.words import _

SETTLED = 2.0  # seconds: a file changed just now may change again within the clock's step


class Stamp(NamedTuple):
    """Equal stamps mean equal bytes: where they lie, how many, and a text that changes with them."""

    place: str
    size: int
    changed: str


class Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes | None: ...

    def close(self) -> None: ...


class Source(Protocol):
    """One file to be sent. Read by span, so that threads share nothing."""

    @property
    def shown(self) -> str:
        """Its place in words for a person; never a secret of an address."""

    def stamp(self) -> Stamp:
        """Taken anew with each call."""

    def settled(self) -> bool:
        """False while it may still change without a new stamp."""

    def read(self, *, offset: int, length: int, on_bytes: Callable[[int], None]) -> Stream:
        """Exactly this span, to be closed by the reader; raises ClientError when it ends early."""


Files = dict[str, Source]  # name in the bundle → where its bytes are


@dataclass(frozen=True)
class LocalFile:
    path: Path

    @property
    def shown(self) -> str:
        return str(self.path)

    def stamp(self) -> Stamp:
        status = self.path.stat()
        return Stamp(str(self.path.resolve()), status.st_size, str(status.st_mtime_ns))

    def settled(self) -> bool:
        return time.time() - self.path.stat().st_mtime >= SETTLED

    def read(self, *, offset: int, length: int, on_bytes: Callable[[int], None]) -> Stream:
        return Span(self.path, offset=offset, length=length, on_bytes=on_bytes)


class Span(io.RawIOBase):
    """Part of a file of this machine, read by position."""

    def __init__(self, path: Path, *, offset: int, length: int, on_bytes: Callable[[int], None]) -> None:
        self.path, self.offset, self.left = path, offset, length
        self.on_bytes = on_bytes
        self.descriptor = os.open(path, os.O_RDONLY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        wanted = memoryview(buffer).cast("B")[: self.left]
        count = os.preadv(self.descriptor, [wanted], self.offset) if wanted else 0
        if wanted and not count:
            raise ClientError(
                _("The file became shorter while it was sent."), where=str(self.path), hint=_("Push again.")
            )
        self.offset += count
        self.left -= count
        self.on_bytes(count)
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self.descriptor)
        super().close()
