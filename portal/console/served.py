"""One question to a served model over the OpenAI-compatible protocol. Of the reply nothing passes but the text.

No redirect is followed, no proxy of the environment is used, nothing is streamed on, and the whole exchange has one
deadline: a server that drips a byte a second is cut off all the same.
"""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Timer
from typing import Any, NamedTuple

from django.conf import settings

from portal.console.addresses import Target, target_of
from portal.console.enums import Failure
from portal.console.errors import AddressNotAllowed, NoAnswer

CONNECT_SECONDS = 5
MOST_BYTES = 1_000_000
CHUNK = 65_536

_places = BoundedSemaphore(settings.CONSOLE_PARALLEL)


class Service(NamedTuple):
    """Whom to ask. `key` is the plain key, held no longer than the call."""

    base_url: str
    model: str
    key: str = ""


class Message(NamedTuple):
    role: str  # system, user or assistant
    content: str


class Reply(NamedTuple):
    text: str
    milliseconds: int


def ask(service: Service, *, messages: list[Message], seconds: float) -> Reply:
    """The model's text, or NoAnswer with the kind of failure."""
    started = time.monotonic()
    try:
        target = target_of(service.base_url)
    except AddressNotAllowed as error:
        raise NoAnswer(Failure.ADDRESS) from error
    with _a_place():
        body = _exchange(target, service, messages, seconds=seconds)
    return Reply(_text_of(body), round((time.monotonic() - started) * 1000))


@contextmanager
def _a_place() -> Iterator[None]:
    """The other threads of the process stay free for everybody else's pages."""
    if not _places.acquire(blocking=False):
        raise NoAnswer(Failure.BUSY)
    try:
        yield
    finally:
        _places.release()


def _exchange(target: Target, service: Service, messages: list[Message], *, seconds: float) -> bytes:
    line = _connection(target, seconds)
    expired: list[bool] = []
    try:
        line.connect()
        with _deadline(line, seconds, expired):
            line.request("POST", target.path, body=_payload(service, messages), headers=_headers(service))
            body = _body(line.getresponse())
        if expired:  # a body without a length seems whole when it is cut
            raise NoAnswer(Failure.TIMEOUT)
        return body  # noqa: TRY300 - the cases below are failures of the lines above
    except NoAnswer:
        raise
    except TimeoutError as error:
        raise NoAnswer(Failure.TIMEOUT) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(Failure.TIMEOUT if expired else Failure.UNREACHABLE) from error
    finally:
        line.close()


def _connection(target: Target, seconds: float) -> http.client.HTTPConnection:
    timeout = min(CONNECT_SECONDS, seconds)
    if target.is_secure:
        return http.client.HTTPSConnection(
            target.host, target.port, timeout=timeout, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(target.host, target.port, timeout=timeout)


@contextmanager
def _deadline(line: http.client.HTTPConnection, seconds: float, expired: list[bool]) -> Iterator[None]:
    """Ends the connection from outside when the time is over, whatever the read under way waits for."""
    connected = line.sock
    connected.settimeout(seconds)

    def cut() -> None:
        expired.append(True)
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it ended by itself at the same moment

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _payload(service: Service, messages: list[Message]) -> bytes:
    document = {"model": service.model, "messages": [row._asdict() for row in messages], "stream": False}
    return json.dumps(document, ensure_ascii=False).encode()


def _headers(service: Service) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    return {**headers, "Authorization": f"Bearer {service.key}"} if service.key else headers


def _body(response: http.client.HTTPResponse) -> bytes:
    if 300 <= response.status < 400:
        raise NoAnswer(Failure.REDIRECT)
    if response.status != http.client.OK:
        raise NoAnswer(Failure.STATUS)
    body = b""
    while chunk := response.read(CHUNK):
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswer(Failure.TOO_LARGE)
    return body


def _text_of(body: bytes) -> str:
    """`choices[0].message.content`; everything else of the document is left unread."""
    try:
        document: Any = json.loads(body)
        text = document["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise NoAnswer(Failure.MALFORMED) from error
    if not isinstance(text, str):
        raise NoAnswer(Failure.MALFORMED)
    if not text.strip():
        raise NoAnswer(Failure.EMPTY)
    return text
