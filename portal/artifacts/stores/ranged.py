"""Objects of a bucket as one seekable file, read ahead in spans."""

import io
import time
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, BinaryIO, NamedTuple, cast

import urllib3
from botocore.exceptions import BotoCoreError

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.bucket import Bucket, NotThere, unreachable
from portal.common.formats.manifest import MIB

WINDOW = 64 * MIB  # bytes asked for at once: a jump elsewhere throws the rest away
BUFFER = MIB
ATTEMPTS = 5
ZEROS = bytes(MIB)


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
        self.body: Any = None  # the stream that stands at `at`, and where it ends
        self.body_end = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.starts[-1]}[whence]
        if start + offset != self.at:
            self._drop()
        self.at = start + offset
        return self.at

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        if not view or self.at >= self.starts[-1]:
            return 0
        data = self._some(len(view))
        view[: len(data)] = data
        self.at += len(data)
        return len(data)

    def close(self) -> None:
        self._drop()
        super().close()

    def _some(self, wanted: int) -> bytes:
        """At least one byte; a torn stream is opened again where it stopped."""
        number = bisect_right(self.starts, self.at) - 1
        piece, start, end = self.pieces[number], self.starts[number], self.starts[number + 1]
        if not piece.name:
            return ZEROS[: min(wanted, end - self.at, len(ZEROS))]
        reason = "the stream ended early"
        for attempt in range(ATTEMPTS):
            try:
                if data := self._stream(piece, start=start, end=end).read(min(wanted, self.body_end - self.at)):
                    return bytes(data)
            except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
                reason = str(error)
            except NotThere as error:
                raise changed(piece.name) from error
            self._drop()
            time.sleep(0.1 * 2**attempt)
        raise unreachable(reason)

    def _stream(self, piece: Piece, *, start: int, end: int) -> Any:
        if self.body is None or self.at >= self.body_end:
            self._drop()
            self.body_end = min(end, self.at + WINDOW)
            self.body = self.bucket.get(piece.name, start=self.at - start, end=self.body_end - start, etag=piece.etag)
        return self.body

    def _drop(self) -> None:
        if self.body is not None:
            self.body.close()
        self.body = None


def changed(name: str) -> ArtifactError:
    return ArtifactError(
        "store_changed",
        f"{name} was replaced or removed in the object storage while it was read.",
        hint="Try again; if it happens again, ask the operator who else writes to this bucket.",
    )
