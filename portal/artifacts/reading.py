"""One read of one file: SHA-256, what a watcher makes of the bytes, and the checks by kind. Needs no database."""

import hashlib
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from portal.artifacts.checks import Content, check_content
from portal.artifacts.hooks import Findings, Watch
from portal.artifacts.second_reader import SecondReader
from portal.common.formats.manifest import FileEntry

CHUNK = 1 << 20  # bytes


class Reading(NamedTuple):
    """`content` is None when the bytes are not those that were declared; then nothing else was looked at."""

    sha256: str
    content: Content | None
    findings: Findings | None


def read_file(stream: BinaryIO, entry: FileEntry, *, second: SecondReader, watch: Watch | None = None) -> Reading:
    """Read the stream to its end once, then look at its header again; closes it. Raises `file_refused`."""
    with stream:
        digest = read_once(stream, watch.feed if watch else None)
        if digest != entry.sha256:
            return Reading(digest, None, None)
        stream.seek(0)
        content = check_content(stream, name=entry.path, size=entry.size, second=second)
    return Reading(digest, content, watch.findings() if watch else None)


def read_once(stream: BinaryIO, feed: Callable[[memoryview], None] | None = None) -> str:
    """The SHA-256 of the stream; `feed` sees each piece right after it, while it is in the processor's cache.

    One buffer is used again and again: fresh ones cost as much in page faults as half the hashing.
    """
    digest, buffer = hashlib.sha256(), memoryview(bytearray(CHUNK))
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]
        digest.update(buffer[:count])
        if feed:
            feed(buffer[:count])
    return digest.hexdigest()
