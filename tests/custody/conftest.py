import pytest


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store of its own; parts may be tiny."""
    settings.STORE_DIR = tmp_path / "store"
    settings.UPLOADS = {"min_part_size": 1, "disk_reserve_bytes": 0}
    return settings.STORE_DIR
