import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from portal.jobs import registry
from tests.jobs.databases import Database, blank_copy, migrated_database
from tests.jobs.drivers import Driver, saying, write_driver
from tests.jobs.kinds.scripts import script_kind
from tests.jobs.processes import Portal

registry.register(script_kind("script"))


@pytest.fixture(autouse=True)
def on_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No backoff to wait for, no broker to tell, no steps of upper apps, and a work folder of the test's own."""
    monkeypatch.setattr(registry, "_steps", {})
    settings.JOBS_BACKOFF_SECONDS = 0
    settings.CELERY_BROKER_URL = ""
    settings.WORK_DIR = tmp_path / "work"


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with migrated_database(tmp_path_factory.mktemp("template")) as database:
        yield database


@pytest.fixture
def portal(template_database: Database, tmp_path: Path, django_db_blocker: Any) -> Iterator[Portal]:
    with running_portal(template_database, tmp_path, django_db_blocker) as portal:
        yield portal


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Let the processes of a portal find these cards."""

    def install(portal: Portal, answer: str) -> None:
        portal.env["PATH"] = write_driver(tmp_path / "driver", saying(answer))
        portal.env.pop("CUDA_VISIBLE_DEVICES", None)

    return install


@contextmanager
def running_portal(template: Database, folder: Path, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal of real processes on a database of its own, which this test process sees through the ORM too."""
    before = connections["default"]
    with blank_copy(template, folder) as database, django_db_blocker.unblock():
        connections["default"] = database.connect()
        portal = Portal(env=os.environ | database.env | {"PORTAL_VAR": str(folder / "var")}, folder=folder)
        try:
            yield portal
        finally:
            portal.end()
            connections["default"].close()
            connections["default"] = before
    shutil.rmtree(folder / "var", ignore_errors=True)
