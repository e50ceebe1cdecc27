"""Fixtures and preparations of all tests; the run's own folder is made in `tests/environment.py`."""

import hypothesis
import pytest
from django.utils import translation

from tests.fresh_database import fresh_database, template_database
from tests.migrated import use_migrated
from tests.object_store import object_server
from tools.messages import compile_catalogues

compile_catalogues()  # before the first test asks for a Korean page
use_migrated()

hypothesis.settings.register_profile("shared", deadline=None)  # machines are shared: a slow example is no failure
hypothesis.settings.load_profile("shared")

DATABASE = {"db", "django_db_setup", "template_database", "fresh_database"}

# Long, and the same whichever database answers: tables of who may see what cell by cell, programs at live servers, engines.
# `make test` runs them.
ON_ONE_DATABASE = (
    "tests.access.",
    "tests.review.policies.",
    "tests.leak_probe.",
    "tests.client.",
    "tests.originality.",
    "tests.demo.",
)

__all__ = ("fresh_database", "object_server", "template_database")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m database` picks what touches a database or a broker: the rest would only run twice on PostgreSQL and SQLite."""
    for item in items:
        if item.module.__name__.startswith(ON_ONE_DATABASE):
            continue
        marked = any(item.get_closest_marker(name) for name in ("django_db", "services"))
        if marked or DATABASE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("database")


@pytest.fixture(autouse=True)
def korean() -> None:
    """Every test starts in the language of the portal; Django's test client leaves that of its last request behind."""
    translation.activate("ko")
