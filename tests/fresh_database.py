"""A database of its own for a test that needs real commits.

Insert-only tables cannot be flushed, so `django_db(transaction=True)`, TransactionTestCase and pytest-django's
`live_server` are out. `fresh_database` copies the migrated, empty test database, points the default connection of
every thread at the copy, and removes the copy afterwards. A test uses it instead of the mark `django_db`.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connections

ALIAS = "default"


class FreshDatabase(NamedTuple):
    """`environment` makes another process of the portal use this database; `var` is its folder for keys and store."""

    name: str
    var: Path
    environment: dict[str, str]


@pytest.fixture
def fresh_database(django_db_setup, django_db_blocker, settings, tmp_path) -> Iterator[FreshDatabase]:
    var = tmp_path / "var"
    shutil.copytree(
        settings.VAR_DIR, var, ignore=lambda folder, names: [name for name in names if not name.endswith(".key")]
    )
    settings.VAR_DIR, settings.STORE_DIR = var, var / "store"
    with django_db_blocker.unblock():
        make = _sqlite_copy if connections[ALIAS].vendor == "sqlite" else _postgresql_copy
        with make(var) as (name, environment), _pointed_at(name):
            yield FreshDatabase(name, var, {"PORTAL_VAR": str(var), **environment})


@contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    """Threads that start a connection from here on read the changed settings."""
    before, row = connections[ALIAS], connections.settings[ALIAS]
    name_before = row["NAME"]
    row["NAME"] = name
    connections[ALIAS] = connections.create_connection(ALIAS)
    try:
        yield
    finally:
        connections[ALIAS].close()
        row["NAME"] = name_before
        connections[ALIAS] = before


@contextmanager
def _sqlite_copy(var: Path) -> Iterator[tuple[str, dict[str, str]]]:
    path = var / "portal.sqlite3"
    source = connections[ALIAS]
    source.ensure_connection()
    target = sqlite3.connect(path)
    source.connection.backup(target)
    target.close()
    yield str(path), {"DATABASE_URL": ""}


@contextmanager
def _postgresql_copy(var: Path) -> Iterator[tuple[str, dict[str, str]]]:
    template = connections[ALIAS]
    row = template.settings_dict
    name = f"{row['NAME']}_{secrets.token_hex(4)}"
    template.close()
    with template._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{row["NAME"]}"')
    try:
        address = f"postgresql://{row['USER']}:{row['PASSWORD']}@{row['HOST']}:{row['PORT']}/{name}"
        yield name, {"DATABASE_URL": address}
    finally:
        with template._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
