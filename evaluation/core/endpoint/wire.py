"""One request to the served model and its answer, bounded in bytes and in time as a whole, over a connection it opened itself.

Nothing here follows a redirect or keeps a connection: what does not answer in one piece is a fault. No text of the other side
goes into a fault: the team reads it, and the server has read the questions.
"""

import http.client
import io
import json
import math
import socket
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from evaluation.core.endpoint.faults import Fault, ServedError

CHUNK = 65_536
BYTES_PER_TOKEN = 512  # of an answer with log-probabilities; real ones need some 100
SPARE_BYTES = 1 << 20
PATH = "/v1/completions"


class _Bounded(io.RawIOBase):
    """What the other side sends, until `deadline` (monotonic) and at most `limit` bytes, headers included."""

    def __init__(self, connection: socket.socket, *, deadline: float, limit: int) -> None:
        self._connection, self._deadline, self._left = connection, deadline, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        if self._left <= 0:
            raise ServedError(Fault.TOO_LARGE, "answer", "is larger than any answer to this request can be")
        self._connection.settimeout(remaining)
        count = self._connection.recv_into(buffer, min(len(buffer), self._left))
        self._left -= count
        return count


class _Source:
    """What http.client takes for a socket."""

    def __init__(self, stream: _Bounded) -> None:
        self._stream = stream

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._stream, CHUNK)


def largest_answer(tokens: int) -> int:
    """Bytes that an answer about so many tokens may have."""
    return SPARE_BYTES + BYTES_PER_TOKEN * tokens


def ask(connection: socket.socket, document: Mapping[str, Any], *, seconds: float, limit: int) -> Any:
    """Send one completion request and return the JSON value of its answer; every fault of the other side is a ServedError."""
    deadline = time.monotonic() + seconds
    try:
        connection.settimeout(seconds)
        connection.sendall(request_bytes(document))
        status, body = _read(_Bounded(connection, deadline=deadline, limit=limit))
    except ServedError:
        raise
    except TimeoutError as error:
        raise ServedError(Fault.SILENT, "answer", f"did not come whole within {seconds:g} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _broken(error) from error
    if 300 <= status < 400:
        raise ServedError(
            Fault.REDIRECT, "answer", f"has status {status}: the endpoint must answer itself, not refer to another"
        )
    if status != 200:
        raise ServedError(Fault.STATUS, "answer", f"has status {status} instead of 200")
    return parse_json(body)


def request_bytes(document: Mapping[str, Any]) -> bytes:
    body = json.dumps(document).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: served\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n" + body


def parse_json(body: bytes) -> Any:
    """A JSON value without NaN, infinities or numbers that overflow to one."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        if isinstance(error, _NotANumber):
            message = "holds a number that is none (NaN or an infinity); check weights and dtype"
            raise ServedError(Fault.LOGPROBS, "answer", message) from error
        what = "HTML" if body.lstrip()[:1] == b"<" else "broken off or malformed"
        raise ServedError(Fault.NOT_JSON, "answer", f"is not JSON but {what}") from error


class _NotANumber(ValueError):
    """NaN or an infinity, as some writers of JSON put it."""


def _no_constant(_text: str) -> NoReturn:
    raise _NotANumber


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _NotANumber
    return value


def _read(stream: _Bounded) -> tuple[int, bytes]:
    answer = http.client.HTTPResponse(_Source(stream), method="POST")  # type: ignore[arg-type]
    answer.begin()
    body = answer.read()
    expected = answer.headers.get("Content-Length")
    if expected is not None and not answer.chunked and expected.isdecimal() and len(body) < int(expected):
        raise http.client.IncompleteRead(body)
    return answer.status, body


def _broken(error: Exception) -> ServedError:
    if isinstance(error, http.client.IncompleteRead):
        return ServedError(Fault.NOT_HTTP, "answer", "breaks off before its end")
    if isinstance(error, ConnectionError | http.client.RemoteDisconnected):
        return ServedError(Fault.NOT_HTTP, "answer", "did not come: the connection was closed")
    return ServedError(Fault.NOT_HTTP, "answer", f"is not HTTP ({type(error).__name__})")
