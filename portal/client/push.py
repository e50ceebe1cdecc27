"""Declare, send what is missing, complete. Running it again is how it resumes; nothing is kept on this side."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from portal.client.errors import TEMPORARY, ClientError
from portal.client.sources import Files
from portal.client.transport import Portal
from portal.common.formats.manifest import Manifest

UPLOADS = "/api/uploads/"
POLL = 1.0  # seconds between questions while the portal checks files
QUIET_ROUNDS = 60  # rounds in a row in which another sender held every part we wanted


class Part(NamedTuple):
    """`file` is the file's place in the manifest."""

    file: int
    path: str
    number: int


class Pushed(NamedTuple):
    upload: str
    bundle: str
    files: int
    bytes: int
    sent_bytes: int
    sent_parts: int

    @property
    def skipped_bytes(self) -> int:
        return self.bytes - self.sent_bytes


def declare(portal: Portal, manifest: Manifest, *, label: str) -> dict[str, Any]:
    return dict(portal.post(UPLOADS, {"manifest": manifest.document(), "label": label}))


@dataclass
class Sender:
    """One declared upload on its way; counts what was acknowledged to this run. Parts run in threads."""

    portal: Portal
    manifest: Manifest
    files: Files
    upload: str
    jobs: int
    on_bytes: Callable[[int], None]
    sent_bytes: int = 0
    sent_parts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def push(self, missing: dict[str, list[int]]) -> Pushed:
        """Send and complete; the portal may ask again for parts that its disk lost."""
        state: dict[str, Any] = {"state": "declared", "missing": missing}
        while state["state"] != "complete":
            self._send_missing(state["missing"])
            state = self._complete()
        sizes = (self.manifest.total_size, self.sent_bytes, self.sent_parts)
        return Pushed(self.upload, state["bundle"], len(self.files), *sizes)

    def _send_missing(self, missing: dict[str, list[int]]) -> None:
        """Rounds over the missing parts; between rounds the portal says what others have sent meanwhile."""
        quiet = 0
        while missing:
            before = self.sent_parts
            self._round(self._in_order(missing))
            missing = self.portal.get(f"{UPLOADS}{self.upload}/")["missing"]
            quiet = 0 if self.sent_parts > before else quiet + 1
            if quiet > QUIET_ROUNDS:
                raise ClientError(
                    "Another sender holds all missing parts.",
                    hint="Run the same command again later.",
                    status=TEMPORARY,
                )
            if missing and quiet:
                time.sleep(random.uniform(0, POLL))  # noqa: S311 - jitter

    def _in_order(self, missing: dict[str, list[int]]) -> list[Part]:
        """From a random place onwards, so that two senders of one upload rarely want the same part."""
        parts = [
            Part(file, entry.path, number)
            for file, entry in enumerate(self.manifest.files)
            for number in missing.get(entry.path, ())
        ]
        start = random.randrange(len(parts))  # noqa: S311 - no secret
        return parts[start:] + parts[:start]

    def _round(self, parts: list[Part]) -> None:
        """Send until a part turns out to be another sender's: then the list is stale. An error ends the round."""
        stop = threading.Event()

        def run(part: Part) -> None:
            if not stop.is_set() and not self._send(part):
                stop.set()

        with ThreadPoolExecutor(self.jobs) as pool:
            tasks = [pool.submit(run, part) for part in parts]
            try:
                for task in as_completed(tasks):
                    task.result()
            finally:
                stop.set()

    def _send(self, part: Part) -> bool:
        """False when the part is another sender's."""
        offset, length = self.manifest.span(self.manifest.files[part.file], part.number)
        address = f"{UPLOADS}{self.upload}/{part.file}/{part.number}/"
        try:
            answer = self.portal.put_span(
                address, self.files[part.path], offset=offset, length=length, on_bytes=self.on_bytes
            )
        except ClientError as error:
            if error.code == "part_busy":
                return False
            raise
        with self.lock:
            self.sent_bytes += length * answer["stored"]
            self.sent_parts += answer["stored"]
        return bool(answer["stored"])

    def _complete(self) -> dict[str, Any]:
        while True:
            try:
                answer = dict(self.portal.post(f"{UPLOADS}{self.upload}/complete/"))
            except ClientError as error:
                if error.code != "parts_missing":
                    raise
                return {"state": "declared", "missing": error.body["missing"]}
            if answer.get("state") == "complete":
                return answer
            time.sleep(POLL)
