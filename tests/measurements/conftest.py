import pytest


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store of its own."""
    settings.STORE_DIR = tmp_path / "store"
    return settings.STORE_DIR
