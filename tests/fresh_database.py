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
from django.conf import settings
from django.db import connections
from django.test.utils import override_settings, setup_databases, teardown_databases

ALIAS = "default"
CONFIGURED = str(connections.settings[ALIAS]["NAME"])  # read at import, before any test database takes its place


class FreshDatabase(NamedTuple):
    """`environment` makes another process of the portal use this database; `var` is its folder for keys and store."""

    name: str
    var: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def template_database(django_db_setup, django_db_blocker) -> Iterator[None]:
    """pytest-django makes no database when no chosen test carries its mark; the real one must never be the template."""
    if str(connections.settings[ALIAS]["NAME"]) != CONFIGURED:
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={ALIAS})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def fresh_database(template_database, django_db_blocker, tmp_path) -> Iterator[FreshDatabase]:
    with django_db_blocker.unblock(), copied_database(tmp_path / "var") as copy:
        yield copy


@contextmanager
def copied_database(var: Path) -> Iterator[FreshDatabase]:
    """For a scope wider than one test; `var` gets the keys of this run and becomes the place of the store."""
    var.mkdir()
    for key in Path(settings.VAR_DIR).glob("*.key"):
        shutil.copy(key, var)
    make = _sqlite_copy if connections[ALIAS].vendor == "sqlite" else _postgresql_copy
    with (
        override_settings(VAR_DIR=var, STORE_DIR=var / "store"),
        make(var) as (name, environment),
        _pointed_at(name),
    ):
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
