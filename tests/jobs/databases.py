"""Real databases that several processes share: a file for SQLite, a database of its own on PostgreSQL."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

PROCESS_SETTINGS = "tests.jobs.process_settings"


@dataclass(frozen=True)
class Database:
    """`name`: a path for SQLite, a database name for PostgreSQL."""

    name: str
    env: dict[str, str]

    def connect(self) -> BaseDatabaseWrapper:
        """A connection of Django's to exactly this database, not to the one the test runner makes."""
        wrapper: Any = connections.create_connection("default")
        wrapper.settings_dict = wrapper.settings_dict | {"NAME": self.name, "CONN_MAX_AGE": 0}
        return wrapper


@contextmanager
def migrated_database(folder: Path, *, settings_module: str = PROCESS_SETTINGS) -> Iterator[Database]:
    with new_database(folder, settings_module=settings_module) as database:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=settings.BASE_DIR,
            env=os.environ | database.env | {"PORTAL_VAR": str(folder)},
            check=True,
        )
        yield database


@contextmanager
def blank_copy(template: Database, folder: Path) -> Iterator[Database]:
    with new_database(folder, settings_module=template.env["DJANGO_SETTINGS_MODULE"], template=template) as database:
        yield database


@contextmanager
def new_database(folder: Path, *, settings_module: str, template: Database | None = None) -> Iterator[Database]:
    url = os.environ.get("DATABASE_URL")
    with on_server(url, template) if url else in_file(folder, template) as (name, env):
        yield Database(name=name, env={"DJANGO_SETTINGS_MODULE": settings_module} | env)


@contextmanager
def in_file(folder: Path, template: Database | None) -> Iterator[tuple[str, dict[str, str]]]:
    """The settings look for this name in PORTAL_VAR, so the copy goes where the processes will look."""
    path = folder / ("portal.sqlite3" if template is None else "var/portal.sqlite3")
    path.parent.mkdir(parents=True, exist_ok=True)
    if template is not None:
        with closing(sqlite3.connect(template.name)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
    yield str(path), {}
    shutil.rmtree(path.parent, ignore_errors=True)


@contextmanager
def on_server(url: str, template: Database | None) -> Iterator[tuple[str, dict[str, str]]]:
    name = f"jobs_{uuid4().hex[:12]}"
    source = f" TEMPLATE {template.name}" if template else ""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}{source}")  # type: ignore[arg-type]
    own_url = url.rpartition("/")[0] + f"/{name}"
    yield name, {"DATABASE_URL": own_url}
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
