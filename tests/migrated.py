"""The migrated, empty database, made once for all processes and runs on the same migrations: migrating takes 14 CPU seconds.

On SQLite it is a file in the system's temporary folder, on PostgreSQL a database beside those of the tests. Both are
named by a digest of the migrations, so a changed one makes a new database.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connections

ROOT = Path(__file__).resolve().parents[1]
# What decides on the tables: migrations, what they import, and the packages that bring their own.
SOURCES = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "portal/audit/triggers.py",
    "portal/*/enums.py",
    "requirements.lock",
)
KEPT = Path(tempfile.gettempdir()) / f"portal-migrated-{os.getuid()}"
MOST_KEPT = 4


def use_migrated(alias: str = "default") -> None:
    """Let the test database of this process begin as a copy; what Django's runner then does stays as it is."""
    connection = connections[alias]
    creation: Any = connection.creation
    restore = _restore_sqlite if connection.vendor == "sqlite" else _restore_postgresql

    def create_test_db(verbosity: int = 1, *, autoclobber: bool = False, keepdb: bool = False, **_: object) -> str:
        name = str(creation._get_test_db_name())
        restore(connection, name, lambda: creation._create_test_db(verbosity, autoclobber, keepdb))
        return name

    creation.create_test_db = create_test_db


def copy_migrated(target: Path) -> None:
    """Write a migrated SQLite database to a file."""
    with closing(sqlite3.connect(migrated_file())) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


@cache
def migrated_file() -> Path:
    path = KEPT / f"{_code_digest()}.sqlite3"
    with _alone():
        if not path.exists():
            _forget_old()
            with tempfile.TemporaryDirectory(dir=KEPT) as var:
                _migrate(Path(var))
                (Path(var) / "portal.sqlite3").rename(path)
    return path


def _migrate(var: Path) -> None:
    settings = "portal.config.settings.embedded"
    env = {**os.environ, "PORTAL_VAR": str(var), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": settings}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
    with closing(sqlite3.connect(var / "portal.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def _restore_sqlite(connection: Any, name: str, create: Any) -> None:
    create()
    _point(connection, name)
    connection.ensure_connection()
    with closing(sqlite3.connect(migrated_file())) as source:
        source.backup(connection.connection)


def _restore_postgresql(connection: Any, name: str, create: Any) -> None:
    """The first process migrates, under a lock; its database is the template of the others'."""
    kept = f"migrated_{_code_digest()[:16]}"
    row = connection.settings_dict
    with _alone():
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept])
            is_there = cursor.fetchone() is not None
            if not is_there:
                cursor.execute(f'CREATE DATABASE "{kept}.part"')
        if not is_there:
            _migrate_postgresql(row, f"{kept}.part")
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'ALTER DATABASE "{kept}.part" RENAME TO "{kept}"')
        row["TEST"]["TEMPLATE"] = kept
        create()
    _point(connection, name)
    connection.ensure_connection()


def _migrate_postgresql(row: dict[str, Any], name: str) -> None:
    address = f"postgresql://{row['USER']}:{row['PASSWORD']}@{row['HOST']}:{row['PORT']}/{name}"
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": address}, check=True)


def _point(connection: Any, name: str) -> None:
    connection.close()
    connections.settings[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name


@cache
def _code_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)}):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _forget_old() -> None:
    kept = sorted(KEPT.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)
    for path in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
        path.unlink(missing_ok=True)


@contextmanager
def _alone() -> Iterator[None]:
    KEPT.mkdir(mode=0o700, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
