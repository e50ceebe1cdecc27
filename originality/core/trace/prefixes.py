"""How a log file began: digests of its first bytes, to be set beside those that were deposited while it was being written."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

PIECE = 1 << 20
MOST_LENGTHS = 10_000


class LogPrefix(NamedTuple):
    """SHA-256 of the first `bytes` bytes of `file`, a path relative to the folder of the logs."""

    file: str
    bytes: int
    digest: str


def log_prefixes(folder: Path, lengths: Iterable[int | None]) -> tuple[LogPrefix, ...]:
    """Read every file once, in pieces, and return its digest at each of these lengths that it reaches."""
    wanted = sorted({length for length in lengths if length is not None and length > 0})[:MOST_LENGTHS]
    if not wanted:
        return ()
    paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(row for path in paths for row in _of_file(path, wanted, base=folder))


def _of_file(path: Path, wanted: list[int], *, base: Path) -> list[LogPrefix]:
    name = path.name if path == base else path.relative_to(base).as_posix()
    rows: list[LogPrefix] = []
    size, read, hashed = path.stat().st_size, 0, hashlib.sha256()
    with path.open("rb") as file:
        for length in wanted:
            if length > size:
                break
            while read < length:
                piece = file.read(min(PIECE, length - read))
                if not piece:
                    return rows
                hashed.update(piece)
                read += len(piece)
            rows.append(LogPrefix(name, length, hashed.copy().hexdigest()))
    return rows
