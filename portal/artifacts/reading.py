"""One read of one file: SHA-256, what a watcher makes of the bytes, and the checks by kind. Needs no database."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, NamedTuple

from portal.artifacts.checks import Content, check_content
from portal.artifacts.hooks import Watch
from portal.artifacts.second_reader import SecondReader
from portal.common.formats.manifest import FileEntry

CHUNK = 4 << 20  # bytes


class Reading(NamedTuple):
    """`content` is None when the bytes are not those that were declared; then nothing else was looked at."""

    sha256: str
    content: Content | None
    document: bytes | None


def read_file(stream: BinaryIO, entry: FileEntry, *, second: SecondReader, watch: Watch | None = None) -> Reading:
    """Read the stream to its end once, then look at its header again; closes it. Raises `file_refused`."""
    with stream:
        digest = read_once(stream, watch.feed if watch else None)
        if digest != entry.sha256:
            return Reading(digest, None, None)
        stream.seek(0)
        content = check_content(stream, name=entry.path, size=entry.size, second=second)
    return Reading(digest, content, watch.document() if watch else None)


def read_once(stream: BinaryIO, feed: Callable[[bytes], None] | None = None) -> str:
    """The SHA-256 of the stream; `feed` sees each chunk in order, in a thread beside the hashing."""
    digest = hashlib.sha256()
    if feed is None:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest()
    with ThreadPoolExecutor(1) as beside:
        while chunk := stream.read(CHUNK):
            fed = beside.submit(feed, chunk)
            digest.update(chunk)
            fed.result()
    return digest.hexdigest()
