"""Declare, send what is missing, complete. Running it again is how it resumes; nothing is kept on this side."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from portal.client.direct import DirectSender
from portal.client.errors import TEMPORARY, ClientError
from portal.client.scan import digest_source
from portal.client.sources import Files
from portal.client.transport import Portal, refusal
from portal.client.words import _
from portal.common.formats.manifest import Manifest

UPLOADS = "/api/uploads/"
POLL = 1.0  # seconds between questions while the portal checks files
REFUSED_FILE = 422
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
    on_checked: Callable[[int], None] = lambda _count: None  # bytes the portal has checked, in all
    sent_bytes: int = 0
    sent_parts: int = 0
    direct: bool = True  # send past the portal where it offers that
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
        missing = self._send_direct(missing) if self.direct else missing
        quiet = 0
        while missing:
            before = self.sent_parts
            self._round(self._in_order(missing))
            missing = self.portal.get(f"{UPLOADS}{self.upload}/")["missing"]
            quiet = 0 if self.sent_parts > before else quiet + 1
            if quiet > QUIET_ROUNDS:
                raise ClientError(
                    _("Another sender holds all missing parts."),
                    hint=_("Run the same command again later."),
                    status=TEMPORARY,
                )
            if missing and quiet:
                time.sleep(random.uniform(0, POLL))  # noqa: S311 - jitter

    def _send_direct(self, missing: dict[str, list[int]]) -> dict[str, list[int]]:
        address = f"{UPLOADS}{self.upload}/"
        way = DirectSender(self.portal, self.manifest, self.files, address, self.jobs, self.on_bytes)
        try:
            return way.send(missing)
        finally:
            self.sent_bytes += way.sent_bytes
            self.sent_parts += way.sent_parts

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
            if error.code == "wrong_digest":
                raise self._changed(part, error) from error
            raise
        with self.lock:
            self.sent_bytes += length * answer["stored"]
            self.sent_parts += answer["stored"]
        return bool(answer["stored"])

    def _changed(self, part: Part, error: ClientError) -> ClientError:
        """A digest that does not fit is most often a file that training has written again since it was hashed."""
        entry, source = self.manifest.files[part.file], self.files[part.path]
        _stamp, found = digest_source(source, part_size=self.manifest.part_size, on_bytes=lambda _count: None)
        if found.sha256 == entry.sha256:
            return error
        return ClientError(
            _("The file has changed since it was declared."),
            where=source.shown,
            hint=_(
                "Push again: the changed files become a bundle of their own. Cancel this upload with: {command}"
            ).format(command=f"portal-upload cancel {self.upload}"),
            code="file_changed",
        )

    def _complete(self) -> dict[str, Any]:
        """The complete upload, or what the portal asks for again; large ones are checked while we ask how far it is."""
        try:
            answer = dict(self.portal.post(f"{UPLOADS}{self.upload}/complete/"))
        except ClientError as error:
            if error.code != "parts_missing":
                raise
            return {"state": "declared", "missing": error.body["missing"]}
        while answer["state"] == "checking":
            self.on_checked(int(answer.get("checked_bytes") or 0))
            time.sleep(POLL)
            answer = dict(self.portal.get(f"{UPLOADS}{self.upload}/"))
        if answer["state"] in {"complete", "declared"}:
            return answer
        raise ended(answer)


def ended(upload: dict[str, Any]) -> ClientError:
    """Why an upload will not become a bundle."""
    if upload.get("refusal"):
        return refusal(upload["refusal"], status=REFUSED_FILE)
    text = _("This upload is {state}.").format(state=upload["state"])
    return ClientError(text, where=upload["id"], hint=_("Push again: it is declared anew."), code="not_open")
