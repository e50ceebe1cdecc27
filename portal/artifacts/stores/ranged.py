"""Objects of a bucket as one seekable file. Reading on in order asks for more at once and ahead of the reader."""

import io
import time
from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from typing import Any, BinaryIO, NamedTuple, cast

import urllib3
from botocore.exceptions import BotoCoreError

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.bucket import Bucket, NotThere, unreachable
from portal.common.formats.manifest import MIB

BUFFER = MIB
FIRST = MIB  # bytes of the first request, and after a jump
LARGEST = 16 * MIB  # of one request, when a reader goes on and on
GROWTH = 4
AHEAD = 3  # requests beside the one whose bytes are read: so many connections read one large file
ATTEMPTS = 5
FIRST_DELAY = 0.1  # seconds, doubled per attempt


class Piece(NamedTuple):
    """A run of bytes: an object of that size and version, or zeros where the object is gone (no name)."""

    name: str
    size: int
    etag: str = ""


def open_pieces(bucket: Bucket, pieces: Sequence[Piece]) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(PieceReader(bucket, pieces), BUFFER))


class PieceReader(io.RawIOBase):
    def __init__(self, bucket: Bucket, pieces: Sequence[Piece]) -> None:
        self.bucket, self.pieces = bucket, pieces
        self.starts = [0, *accumulate(piece.size for piece in pieces)]
        self.at = 0
        self.have, self.have_at = b"", 0  # the bytes of the last request, and where they begin
        self.window = FIRST
        self.coming: dict[int, Future[bytes]] = {}  # by where they begin
        self.pool: ThreadPoolExecutor | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.starts[-1]}[whence]
        self.at = start + offset
        return self.at

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        if not view or self.at >= self.starts[-1]:
            return 0
        if not self.have_at <= self.at < self.have_at + len(self.have):
            self._fetch()
        first = self.at - self.have_at
        data = memoryview(self.have)[first : first + len(view)]
        view[: len(data)] = data
        self.at += len(data)
        return len(data)

    def close(self) -> None:
        self._forget()
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)
        super().close()

    def _fetch(self) -> None:
        """The bytes at `at`; whoever has read all of the last request gets a larger one."""
        if self.at == self.have_at + len(self.have) and self.have:
            self.window = min(LARGEST, self.window * GROWTH)
        elif self.at not in self.coming:
            self.window = FIRST
            self._forget()
        self.have, self.have_at = b"", self.at  # its room is free before more comes
        waiting = self.coming.pop(self.at, None)
        if self.window == LARGEST:
            self._look_ahead()
        self.have = waiting.result() if waiting else self._read(*self._span(self.at))

    def _look_ahead(self) -> None:
        self.pool = self.pool or ThreadPoolExecutor(AHEAD)
        start = self.at
        for _ in range(AHEAD):
            start = sum(self._span(start))
            if start >= self.starts[-1]:
                return
            if start not in self.coming:
                self.coming[start] = self.pool.submit(self._read, *self._span(start))

    def _span(self, start: int) -> tuple[int, int]:
        """Where the request that begins here begins, and its length: never over the end of a piece."""
        end = self.starts[bisect_right(self.starts, start)]
        return start, min(self.window, end - start)

    def _read(self, start: int, length: int) -> bytes:
        number = bisect_right(self.starts, start) - 1
        piece, offset = self.pieces[number], start - self.starts[number]
        if not piece.name:
            return bytes(length)
        reason = "the stream ended early"
        for attempt in range(ATTEMPTS):
            try:
                with self.bucket.get(piece.name, start=offset, end=offset + length, etag=piece.etag) as body:
                    if len(data := bytes(body.read())) == length:
                        return data
            except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
                reason = str(error)
            except NotThere as error:
                raise changed(piece.name) from error
            time.sleep(FIRST_DELAY * 2**attempt)
        raise unreachable(reason)

    def _forget(self) -> None:
        for future in self.coming.values():
            future.cancel()
        self.coming.clear()


def changed(name: str) -> ArtifactError:
    return ArtifactError(
        "store_changed",
        f"{name} was replaced or removed in the object storage while it was read.",
        hint="Try again; if it happens again, ask the operator who else writes to this bucket.",
    )
