import pytest

from tests.factories.evaluation import tiny_model


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """The folder of a tiny real model; tests that change it take a copy."""
    return tiny_model(tmp_path_factory.mktemp("model")).final.folder
