"""Parts straight to the portal's object storage, where it offers that: the bytes do not pass through its machines.

The portal gives some addresses at a time and asks the storage before it acknowledges a part. Whatever does not work this way is
left to the way through the portal, which also names the cause.
"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import IO, Any, NamedTuple, cast
from urllib.parse import urlsplit

import urllib3

from portal.client.credentials import LOOPBACK
from portal.client.sources import Files
from portal.client.transport import BLOCK, FIRST_DELAY, PASSING, Portal
from portal.common.formats.manifest import Manifest

ATTEMPTS = 4  # per part, before it is left to the other way
SAY_AFTER = 8  # parts: so many at most are sent again after a kill, beside those on their way
REDIRECT = 300
TIMEOUT = urllib3.Timeout(connect=10, read=600)


class Offer(NamedTuple):
    """The right to send one part, for some minutes."""

    file: int
    number: int
    url: str
    headers: dict[str, str]


@dataclass
class DirectSender:
    portal: Portal
    manifest: Manifest
    files: Files
    address: str  # of the upload, without host
    jobs: int
    on_bytes: Callable[[int], None]
    sent_bytes: int = 0
    sent_parts: int = 0
    arrived: SimpleQueue[list[Any]] = field(default_factory=SimpleQueue)  # said by nobody yet
    lock: threading.Lock = field(default_factory=threading.Lock)
    pool: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        self.pool = urllib3.PoolManager(maxsize=self.jobs, block=True, blocksize=BLOCK, timeout=TIMEOUT, retries=False)

    def send(self, missing: dict[str, list[int]]) -> dict[str, list[int]]:
        """What is still missing when no more parts can be sent this way."""
        if not missing:
            return missing
        state = dict(self.portal.get(f"{self.address}?direct=1"))
        while offers := [Offer(**offer) for offer in state.get("direct", ()) if is_safe(str(offer["url"]))]:
            before = self.sent_parts
            self._batch(offers)
            state = self._confirm("?direct=1")
            if self.sent_parts == before and state["direct"]:
                break  # the storage is out of reach from here, or refuses
        return dict(state["missing"])

    def _batch(self, offers: list[Offer]) -> None:
        """Send them; what has arrived is said now and then, and also when a file turns out to be unreadable."""
        stop = threading.Event()

        def run(offer: Offer) -> None:
            if not stop.is_set() and (etag := self._put(offer)) is not None:
                self.arrived.put([offer.file, offer.number, etag])
                if self.arrived.qsize() >= SAY_AFTER:
                    self._confirm()

        with ThreadPoolExecutor(self.jobs) as pool:
            tasks = [pool.submit(run, offer) for offer in offers]
            try:
                for task in as_completed(tasks):
                    task.result()
            except BaseException:
                stop.set()
                pool.shutdown()
                self._confirm()
                raise

    def _confirm(self, query: str = "") -> dict[str, Any]:
        """Say what has arrived since; several threads may, each a share of its own."""
        parts = []
        with suppress(Empty):
            while True:
                parts.append(self.arrived.get_nowait())
        answer = dict(self.portal.post(f"{self.address}parts/{query}", {"parts": parts}))
        with self.lock:
            for file, number in answer["stored"]:
                self.sent_bytes += self.manifest.span(self.manifest.files[file], number)[1]
                self.sent_parts += 1
        return answer

    def _put(self, offer: Offer) -> str | None:
        """The storage's ETag; None when it did not take the part."""
        for attempt in range(ATTEMPTS):
            moved: list[int] = []
            answer = self._try(offer, moved)
            if answer is not None and answer.status < REDIRECT:
                return answer.headers.get("ETag", "")
            self.on_bytes(-sum(moved))
            if answer is not None and answer.status not in PASSING:
                return None
            time.sleep(random.uniform(0, FIRST_DELAY * 2**attempt))  # noqa: S311 - jitter
        return None

    def _try(self, offer: Offer, moved: list[int]) -> urllib3.BaseHTTPResponse | None:
        entry = self.manifest.files[offer.file]
        offset, length = self.manifest.span(entry, offer.number)

        def on_bytes(count: int) -> None:
            moved.append(count)
            self.on_bytes(count)

        with closing(self.files[entry.path].read(offset=offset, length=length, on_bytes=on_bytes)) as span:
            headers = {**offer.headers, "Content-Length": str(length)}
            try:
                return self.pool.request("PUT", offer.url, body=cast("IO[bytes]", span), headers=headers)
            except urllib3.exceptions.HTTPError:
                return None


def is_safe(url: str) -> bool:
    """Weights travel encrypted, or stay on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
