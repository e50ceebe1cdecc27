import pytest


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store of its own; parts may be tiny, and every check is a job."""
    settings.STORE_DIR = tmp_path / "store"
    settings.UPLOADS = {"min_part_size": 1, "disk_reserve_bytes": 0, "inline_check_bytes": 0}
    settings.WORK_DIR = tmp_path / "work"
    settings.CELERY_BROKER_URL = ""
    return settings.STORE_DIR
