"""Triggers that make tables insert-only, for both databases. Other apps use them for their signed content too.

There is no bypass: whoever drops a trigger is a database administrator, and `verify_ledger` reports it missing.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

LEDGER_TABLES = ("audit_event", "audit_checkpoint")

_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def protect(*tables: str) -> Callable[[Any, Any], None]:
    """A function for `migrations.RunPython`: rows of these tables can be added, never changed or removed."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for statement in statements(tables, vendor=schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    return forwards


def unprotect(*tables: str) -> Callable[[Any, Any], None]:
    """The way back of `protect`."""

    def backwards(apps: Any, schema_editor: Any) -> None:
        for statement in drop_statements(tables, vendor=schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    return backwards


def statements(tables: Sequence[str], *, vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [_FUNCTION, *(statement for table in tables for statement in _postgresql(table))]
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only: {verb.upper()} refused'); END"
        for table in tables
        for verb in ("update", "delete")
    ]


def drop_statements(tables: Sequence[str], *, vendor: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if vendor == "postgresql" else "")
        for table in tables
        for name in _names(table, vendor=vendor)
    ]


def missing_triggers(tables: Sequence[str] = LEDGER_TABLES) -> list[str]:
    """Names of the triggers that should stand in this database and do not, or are switched off."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [name for table in tables for name in _names(table, vendor=connection.vendor) if name not in present]


def _names(table: str, *, vendor: str) -> list[str]:
    verbs = ("change", "truncate") if vendor == "postgresql" else ("update", "delete")
    return [f"{table}_no_{verb}" for verb in verbs]


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{name} BEFORE {events} ON {table} FOR EACH {level} EXECUTE FUNCTION portal_insert_only()"
        for name, events, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT"))
    ]
