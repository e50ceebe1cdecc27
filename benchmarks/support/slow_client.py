"""`portal-upload` as it is, slowed down and with a diary of the parts it begins to send and of those acknowledged to it.

CRASH_DIARY names the diary (one JSON line per entry), CRASH_SPEED the bytes per second of one connection; once the file
CRASH_HURRY exists it goes as fast as it can.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal.client.direct import DirectSender, Offer
from portal.client.main import main
from portal.client.transport import Portal

RUN = f"{os.getpid()}@{time.time():.3f}"
SPEED = float(os.environ["CRASH_SPEED"])
HURRY = Path(os.environ["CRASH_HURRY"])


def note(what: str, **values: Any) -> None:
    """One write, so that a kill leaves whole lines."""
    line = json.dumps({"run": RUN, "what": what, **values}) + "\n"
    descriptor = os.open(os.environ["CRASH_DIARY"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, line.encode())
    os.close(descriptor)


def slowed(on_bytes: Callable[[int], None]) -> Callable[[int], None]:
    def count(number: int) -> None:
        note("bytes", number=number)
        if not HURRY.exists():
            time.sleep(max(0, number) / SPEED)
        on_bytes(number)

    return count


def watch_parts() -> None:
    """Stand between the sender and the portal; what is sent and answered stays what it was."""
    put, post = Portal.put_span, Portal.post
    once, ready = DirectSender._try, DirectSender.__post_init__  # noqa: SLF001 - the one place where a part leaves directly
    lengths: dict[str, int] = {}

    def put_span(self: Portal, path: str, *arguments: Any, **options: Any) -> Any:
        note("begin", part=path)
        answer = put(self, path, *arguments, **{**options, "on_bytes": slowed(options["on_bytes"])})
        note("acknowledged", part=path, bytes=options["length"])
        return answer

    def post_document(self: Portal, path: str, document: Any = None) -> Any:
        answer = post(self, path, document)
        place = path.partition("?")[0]
        if place.endswith("/parts/"):
            for file, number in answer["stored"]:
                part = f"{place.removesuffix('parts/')}{file}/{number}/"
                note("acknowledged", part=part, bytes=lengths.pop(part))
        return answer

    def try_once(self: DirectSender, offer: Offer, moved: list[int]) -> Any:
        part = f"{self.address}{offer.file}/{offer.number}/"
        note("begin", part=part)
        lengths[part] = self.manifest.span(self.manifest.files[offer.file], offer.number)[1]
        return once(self, offer, moved)

    def begin(self: DirectSender) -> None:
        ready(self)
        self.on_bytes = slowed(self.on_bytes)

    Portal.put_span, Portal.post = put_span, post_document  # type: ignore[method-assign]
    DirectSender._try, DirectSender.__post_init__ = try_once, begin  # type: ignore[method-assign]  # noqa: SLF001


if __name__ == "__main__":
    watch_parts()
    sys.exit(main())
