"""Files in a team's own bucket, read over HTTP in ranges: hashed and passed on without a copy on this machine.

What is read stays one version of the object: every request names the ETag that the first one saw.
"""

import io
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3

from portal.client.errors import TEMPORARY, ClientError
from portal.client.sources import Stamp, Stream
from portal.client.words import _

ATTEMPTS = 8
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds, doubled per attempt
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
PARTIAL, WHOLE, CHANGED, NO_RANGE = 206, 200, 412, 416

_pool = urllib3.PoolManager(maxsize=16, timeout=urllib3.Timeout(connect=10, read=120), retries=False, blocksize=1 << 20)


@dataclass(frozen=True)
class RemoteFile:
    """A source of bytes. `address` gives a URL that may be read now; `shown` never holds its signature."""

    shown: str
    size: int
    version: str  # the ETag, or "" where the server has none
    address: Callable[[], str]

    def stamp(self) -> Stamp:
        return Stamp(self.shown, self.size, self.version)

    def settled(self) -> bool:
        return bool(self.version)  # without a version nobody can tell whether it has changed

    def read(self, *, offset: int, length: int, on_bytes: Callable[[int], None]) -> Stream:
        return RemoteSpan(self, offset=offset, length=length, on_bytes=on_bytes)


class RemoteSpan(io.RawIOBase):
    """One span, in order; a torn connection goes on where it stopped."""

    def __init__(self, file: RemoteFile, *, offset: int, length: int, on_bytes: Callable[[int], None]) -> None:
        self.file, self.at, self.end = file, offset, offset + length
        self.on_bytes = on_bytes
        self.response: urllib3.BaseHTTPResponse | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._some(min(len(view), self.end - self.at)) if self.at < self.end else b""
        view[: len(data)] = data
        self.at += len(data)
        self.on_bytes(len(data))
        return len(data)

    def close(self) -> None:
        self._drop()
        super().close()

    def _some(self, wanted: int) -> bytes:
        reason = ""
        for attempt in range(ATTEMPTS):
            try:
                self.response = self.response or _request(self.file, start=self.at, end=self.end)
                if data := self.response.read1(wanted):
                    return data
                reason = "0 bytes"
            except urllib3.exceptions.HTTPError as error:
                reason = str(error)
            self._drop()
            time.sleep(_delay(attempt))
        raise _unreachable(self.file.shown, reason)

    def _drop(self) -> None:
        """A connection with an unread rest is useless for others; a read one goes back to the pool."""
        if self.response is not None:
            self.response.release_conn() if self.at >= self.end else self.response.close()
        self.response = None


def probe(shown: str, address: str) -> RemoteFile:
    """Size and version behind an address that may only be read: a signature for GET does not allow HEAD."""
    reason = ""
    for attempt in range(ATTEMPTS):
        try:
            response = _get(address, {"Range": "bytes=0-0"})
            response.close()
            if response.status not in PASSING:
                return _described(shown, address, response)
            reason = str(response.status)
        except urllib3.exceptions.HTTPError as error:
            reason = str(error)
        time.sleep(_delay(attempt))
    raise _unreachable(shown, reason)


def _get(address: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
    return _pool.request("GET", address, headers={"Accept-Encoding": "identity", **headers}, preload_content=False)


def _request(file: RemoteFile, *, start: int, end: int) -> urllib3.BaseHTTPResponse:
    """The bytes from start to end of the version that was seen first; a passing failure is raised as an HTTPError."""
    headers = {"Range": f"bytes={start}-{end - 1}"}
    if file.version:
        headers["If-Match"] = file.version
    response = _get(file.address(), headers)
    if response.status == PARTIAL:
        return response
    response.close()
    if response.status in PASSING:
        raise urllib3.exceptions.HTTPError(str(response.status))
    raise _refused(file.shown, response.status)


def _described(shown: str, address: str, response: urllib3.BaseHTTPResponse) -> RemoteFile:
    """The size stands behind the slash, also of an empty object (416). Without ranges nothing could be resumed."""
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    if response.status in {PARTIAL, NO_RANGE} and total.isdigit():
        version = response.headers.get("ETag", "")
        return RemoteFile(shown, int(total), "" if version.startswith("W/") else version, lambda: address)
    if response.status in {PARTIAL, NO_RANGE, WHOLE}:
        raise ClientError(
            _("The server gives no spans of the file."),
            where=shown,
            hint=_("Copy the files to this machine and push them."),
        )
    raise _refused(shown, response.status)


def _refused(shown: str, status: int) -> ClientError:
    if status == CHANGED:
        return ClientError(
            _("The file was changed in the bucket."), where=shown, hint=_("Push again when it stays as it is.")
        )
    if status in {400, 401, 403}:
        detail = _("The bucket refuses to give the file (status {status}).").format(status=status)
        hint = _("Make a new address (signed ones expire) or check the rights, then run the same command again.")
        return ClientError(detail, where=shown, hint=hint)
    detail = _("The bucket answered with status {status}.").format(status=status)
    return ClientError(detail, where=shown, hint=_("Check the address."))


def _unreachable(shown: str, reason: str) -> ClientError:
    return ClientError(
        _("The bucket does not answer ({reason}).").format(reason=reason),
        where=shown,
        hint=_("Everything sent so far is kept. Run the same command again later."),
        status=TEMPORARY,
    )


def _delay(attempt: int) -> float:
    """Seconds until the next attempt, with jitter."""
    return random.uniform(0, min(LONGEST_DELAY, FIRST_DELAY * 2**attempt))  # noqa: S311 - no secret
