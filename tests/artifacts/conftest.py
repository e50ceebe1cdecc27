import pytest

from portal.artifacts import conf
from portal.artifacts.stores import plans
from tests.strict_store import strict_gate


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store of its own; parts may be tiny."""
    settings.STORE_DIR = tmp_path / "store"
    settings.UPLOADS = {"min_part_size": 1, "disk_reserve_bytes": 0}
    return settings.STORE_DIR


@pytest.fixture
def limits(settings):
    """Change single settings of the store."""

    def change(**values):
        settings.UPLOADS = {**settings.UPLOADS, **values}
        return conf.store_settings()

    return change


@pytest.fixture
def bucket(object_server, settings, monkeypatch):
    """The installation's bucket; parts may be tiny."""
    settings.OBJECT_STORE = object_server.settings(object_server.new_bucket())
    monkeypatch.setattr(plans, "LEAST_PART", 1)
    return settings.OBJECT_STORE["bucket"]


@pytest.fixture
def strict(bucket, object_server, settings):
    """The same bucket behind a gate that refuses what a strict storage would."""
    with strict_gate(object_server.url, secret=settings.OBJECT_STORE["secret"]) as url:
        settings.OBJECT_STORE = {**settings.OBJECT_STORE, "url": url}
        yield url
