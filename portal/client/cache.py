"""Digests of files that have not changed since they were hashed: kept by place, size, time of change and part size."""

import json
import os
import sqlite3
from pathlib import Path

from portal.client.sources import Source, Stamp
from portal.common.formats.hashing import FileDigests

_TABLE = """CREATE TABLE IF NOT EXISTS digests (
    path TEXT, size INTEGER, changed TEXT, part_size INTEGER, sha256 TEXT, parts TEXT,
    PRIMARY KEY (path, part_size)
)"""


def cache_file() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "portal-upload" / "digests.sqlite3"


class DigestCache:
    def __init__(self, path: Path | None = None) -> None:
        path = path or cache_file()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.rows = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.rows.execute(_TABLE)

    def get(self, source: Source, *, part_size: int) -> FileDigests | None:
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
        self.rows.execute("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", row)

    def close(self) -> None:
        self.rows.close()
