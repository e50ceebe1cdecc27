import pytest

from portal.common.viewer import viewer_of_user
from tests.factories.accounts import make_user


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store of its own."""
    settings.STORE_DIR = tmp_path / "store"
    return settings.STORE_DIR


@pytest.fixture
def officer():
    return viewer_of_user(make_user("officer"))


@pytest.fixture
def decider():
    return viewer_of_user(make_user("decider"))
