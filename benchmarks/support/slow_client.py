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

    def put_span(self: Portal, path: str, *arguments: Any, **options: Any) -> Any:
        note("begin", part=path)
        answer = put(self, path, *arguments, **{**options, "on_bytes": slowed(options["on_bytes"])})
        note("acknowledged", part=path)
        return answer

    def post_document(self: Portal, path: str, document: Any = None) -> Any:
        answer = post(self, path, document)
        if path.endswith("/parts/"):
            for file, number, *_ in document["parts"]:
                note("acknowledged", part=f"{path.removesuffix('parts/')}{file}/{number}/")
        return answer

    Portal.put_span, Portal.post = put_span, post_document  # type: ignore[method-assign]


if __name__ == "__main__":
    watch_parts()
    sys.exit(main())
