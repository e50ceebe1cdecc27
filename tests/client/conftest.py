from itertools import count

import pytest

from tests.client.live import live_portal, make_token
from tests.fresh_database import copied_database

accounts = count(1)


@pytest.fixture(scope="module")
def running(template_database, django_db_blocker, tmp_path_factory):
    """One server for the tests of a module: each of them is an account of its own."""
    folder = tmp_path_factory.mktemp("live")
    with (
        django_db_blocker.unblock(),
        copied_database(folder / "var") as database,
        live_portal(database.environment) as portal,
    ):
        yield portal


@pytest.fixture
def portal(running, tmp_path):
    owner = f"consortium:{next(accounts)}"
    (tmp_path / "home").mkdir()
    return running._replace(owner=owner, token=make_token(owner=owner), home=tmp_path / "home")


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Neither cache nor sign-in of the person who runs the tests."""
    for name in ("PORTAL_URL", "PORTAL_TOKEN", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "own"))
