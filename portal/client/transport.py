"""Requests to the portal. What may pass by itself is tried again; what will not is raised with the portal's words."""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from portal.client.credentials import Credentials
from portal.client.errors import TEMPORARY, ClientError
from portal.client.sources import Source, Stream
from portal.client.words import _, retold
from portal.common.formats.hashing import one_buffer

BLOCK = 1 << 20  # bytes handed to the socket at once
ATTEMPTS = 8
FIRST_DELAY = 0.5  # seconds, doubled per attempt
LONGEST_DELAY = 30.0
NO_CONTENT, UNAUTHORISED = 204, 401
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
TIMEOUT = urllib3.Timeout(connect=10, read=600)  # completing hashes whole files


class Portal:
    """One portal and one token."""

    def __init__(self, credentials: Credentials, *, connections: int = 4, attempts: int = ATTEMPTS) -> None:
        self.url = credentials.url
        self.attempts = attempts
        self.headers = {"Accept": "application/json"}
        if credentials.token:
            self.headers["Authorization"] = f"Bearer {credentials.token}"
        self.pool = _pool(self.url, connections=connections)

    def get(self, path: str) -> Any:
        return self._json("GET", path)

    def post(self, path: str, document: Any = None) -> Any:
        return self._json("POST", path, document if document is not None else {})

    def delete(self, path: str) -> Any:
        return self._json("DELETE", path)

    def put_span(self, path: str, source: Source, *, offset: int, length: int, on_bytes: Callable[[int], None]) -> Any:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        count = _Counter(on_bytes)

        def once() -> urllib3.BaseHTTPResponse:
            count.start_again()
            with closing(source.read(offset=offset, length=length, on_bytes=count)) as span:
                body = cast("Iterable[bytes]", _blocks(span))
                return self.pool.request("PUT", self.url + path, body=body, headers={**self.headers, **headers})

        return self._answer(once, path)

    def _json(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        headers = {**self.headers, "Content-Type": "application/json"}
        return self._answer(lambda: self.pool.request(method, self.url + path, body=body, headers=headers), path)

    def _answer(self, send: Callable[[], urllib3.BaseHTTPResponse], path: str) -> Any:
        """Every request of the protocol can be repeated, so a lost answer is asked for again."""
        for attempt in range(self.attempts):
            try:
                response = send()
            except urllib3.exceptions.HTTPError as error:
                reason = _plain(error)
            else:
                if response.status not in PASSING:
                    return _read(response, path)
                reason = f"status {response.status}"
            if attempt + 1 < self.attempts:
                time.sleep(random.uniform(0, min(LONGEST_DELAY, FIRST_DELAY * 2**attempt)))  # noqa: S311 - jitter
        raise ClientError(
            _("No answer after {attempts} attempts ({reason}).").format(attempts=self.attempts, reason=reason),
            where=self.url + path,
            hint=_("Everything sent so far is kept. Run the same command again later."),
            status=TEMPORARY,
        )


class _Counter:
    """Bytes of one part for the bar: what a torn attempt had sent is taken back."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.on_bytes = on_bytes
        self.sent = 0

    def __call__(self, count: int) -> None:
        self.sent += count
        self.on_bytes(count)

    def start_again(self) -> None:
        self(-self.sent)


def _pool(url: str, *, connections: int) -> urllib3.PoolManager:
    """Straight, or through the proxy that the environment names (HTTPS_PROXY, NO_PROXY)."""
    facts: dict[str, Any] = {"maxsize": connections, "block": True, "blocksize": BLOCK}
    facts |= {"timeout": TIMEOUT, "retries": False}
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme, "")
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, **facts)
    return urllib3.PoolManager(**facts)


def _blocks(stream: Stream) -> Iterator[bytes | memoryview]:
    read = one_buffer(stream)
    while block := read(BLOCK):
        yield block


def _read(response: urllib3.BaseHTTPResponse, path: str) -> Any:
    if response.status == NO_CONTENT:
        return None
    try:
        document = json.loads(response.data)
    except ValueError as error:
        raise ClientError(
            _("The answer (status {status}) is not from a portal.").format(status=response.status),
            where=path,
            hint=_("Check the address."),
        ) from error
    if response.status < 400:
        return document
    raise refusal(document, status=response.status)


def refusal(document: Any, *, status: int) -> ClientError:
    body = document if isinstance(document, dict) else {}
    hint = str(body.get("hint") or "")
    if status == UNAUTHORISED:
        hint = _("Run portal-upload login, then the same command again. Everything sent so far is kept.")
    error = ClientError(
        retold(str(body.get("detail") or _("The portal answered with status {status}.").format(status=status))),
        where=str(body.get("where") or ""),
        hint=retold(hint),
        code=str(body.get("error") or status),
    )
    error.body = body
    return error


def _plain(error: Exception) -> str:
    """The innermost cause, without the library's pool and object names."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    return str(cause) or type(cause).__name__
