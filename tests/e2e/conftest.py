"""What the browser tests share: one migrated, empty portal per process, and the long journeys first."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.server import migrated


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes share the browser tests: the many short walks fill what the few long journeys leave over."""
    items.sort(key=lambda item: item.path.name == "test_walk.py")


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory) -> Path:
    return migrated(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(scope="session")
def new_portal(migrated_folder) -> Callable[[Path], Path]:
    """Makes the folder of an empty portal; a copy costs a moment, the migrations seconds."""
    return lambda var: Path(shutil.copytree(migrated_folder, var, dirs_exist_ok=True))
