"""Digests of files that have not changed since they were hashed: kept by place, size, time of change and part size."""

import json
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from portal.client.sources import Source, Stamp
from portal.common.formats.hashing import FileDigests

TOGETHER = 2.0  # seconds of hashing that a kill may cost

_TABLE = """CREATE TABLE IF NOT EXISTS digests (
    path TEXT, size INTEGER, changed TEXT, part_size INTEGER, sha256 TEXT, parts TEXT,
    PRIMARY KEY (path, part_size)
)"""


def cache_file() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "portal-upload" / "digests.sqlite3"


class DigestCache:
    """A help, never a condition: a file that is damaged or cannot be locked (some network folders) is done without."""

    def __init__(self, path: Path | None = None) -> None:
        path = path or cache_file()
        self.pending: list[tuple[str, int, str, int, str, str]] = []
        self.written = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.rows = self._open(str(path))
        except (OSError, sqlite3.OperationalError):
            self.rows = self._open(":memory:")
        except sqlite3.DatabaseError:
            path.unlink()
            self.rows = self._open(str(path))

    def _open(self, place: str) -> sqlite3.Connection:
        rows = sqlite3.connect(place, timeout=30, isolation_level=None)
        rows.execute(_TABLE)
        return rows

    def get(self, source: Source, *, part_size: int) -> FileDigests | None:
        if self.pending:
            self._write()
        stamp = source.stamp()
        row = self.rows.execute(
            "SELECT sha256, parts FROM digests WHERE path = ? AND size = ? AND changed = ? AND part_size = ?",
            (*stamp, part_size),
        ).fetchone()
        return FileDigests(stamp.size, row[0], tuple(json.loads(row[1]))) if row else None

    def put(self, source: Source, digests: FileDigests, *, part_size: int, stamp: Stamp) -> None:
        """`stamp` was taken before hashing; a file that changed meanwhile or just before is not kept."""
        if source.stamp() != stamp or not source.settled():
            return
        row = (stamp.place, digests.size, stamp.changed, part_size, digests.sha256, json.dumps(digests.parts))
        self.pending.append(row)
        if time.monotonic() - self.written > TOGETHER:
            self._write()

    def _write(self) -> None:
        """Rows of a while together: a flush of the disk for each of ten thousand small files takes longer than hashing."""
        rows, self.pending, self.written = self.pending, [], time.monotonic()
        with suppress(sqlite3.OperationalError):
            self.rows.execute("BEGIN")
            self.rows.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", rows)
            self.rows.execute("COMMIT")

    def close(self) -> None:
        self._write()
        self.rows.close()
