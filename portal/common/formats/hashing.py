"""SHA-256 of files, whole and in parts, in one read."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


@dataclass(frozen=True)
class FileDigests:
    size: int
    sha256: str
    parts: tuple[str, ...]


def sha256_of(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_parts(path: Path, *, part_size: int, on_bytes: Callable[[int], None] | None = None) -> FileDigests:
    with path.open("rb", buffering=0) as file:
        return digest_stream(one_buffer(file), part_size=part_size, on_bytes=on_bytes)


def one_buffer(stream: Any) -> Callable[[int], Any]:
    """Its `read`, filling the same memory again and again where the stream can: fresh memory costs half as much as hashing.

    What it gives is to be used up before the next call.
    """
    if not hasattr(stream, "readinto"):
        return stream.read
    buffer = memoryview(bytearray(CHUNK))
    return lambda size: buffer[: stream.readinto(buffer[: min(size, CHUNK)])]


def digest_stream(
    read: Callable[[int], bytes | memoryview | None], *, part_size: int, on_bytes: Callable[[int], None] | None = None
) -> FileDigests:
    """Read once and hash twice: as a whole (the name in the store) and per part (what resuming needs)."""
    whole, part = hashlib.sha256(), hashlib.sha256()
    parts: list[str] = []
    size = filled = 0
    while chunk := read(min(CHUNK, part_size - filled)):
        whole.update(chunk)
        part.update(chunk)
        size += len(chunk)
        filled += len(chunk)
        if filled == part_size:
            parts.append(part.hexdigest())
            part, filled = hashlib.sha256(), 0
        if on_bytes:
            on_bytes(len(chunk))
    if filled:
        parts.append(part.hexdigest())
    return FileDigests(size=size, sha256=whole.hexdigest(), parts=tuple(parts))
