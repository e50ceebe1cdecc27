import pytest

from tests.factories.accounts import make_user


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store of its own, so that blobs of one test are not those of another."""
    settings.STORE_DIR = tmp_path / "store"
    return settings.STORE_DIR


@pytest.fixture
def team(db):
    return make_user("team")
