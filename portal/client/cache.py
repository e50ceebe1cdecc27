"""Digests of files that have not changed since they were hashed: kept by path, size, time of change and part size."""

import json
import os
import sqlite3
import time
from pathlib import Path

from portal.common.formats.hashing import FileDigests

SETTLED = 2.0  # seconds: a file changed just now may change again within the clock's step

_TABLE = """CREATE TABLE IF NOT EXISTS digests (
    path TEXT, size INTEGER, changed INTEGER, part_size INTEGER, sha256 TEXT, parts TEXT,
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

    def get(self, path: Path, *, part_size: int) -> FileDigests | None:
        status = path.stat()
        row = self.rows.execute(
            "SELECT sha256, parts FROM digests WHERE path = ? AND size = ? AND changed = ? AND part_size = ?",
            (str(path.resolve()), status.st_size, status.st_mtime_ns, part_size),
        ).fetchone()
        return FileDigests(status.st_size, row[0], tuple(json.loads(row[1]))) if row else None

    def put(self, path: Path, digests: FileDigests, *, part_size: int, status: os.stat_result) -> None:
        """`status` was taken before hashing; a file that changed meanwhile or just before is not kept."""
        now = path.stat()
        if (now.st_size, now.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            return
        if time.time() - status.st_mtime < SETTLED:
            return
        row = (
            str(path.resolve()),
            digests.size,
            status.st_mtime_ns,
            part_size,
            digests.sha256,
            json.dumps(digests.parts),
        )
        self.rows.execute("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", row)

    def close(self) -> None:
        self.rows.close()
