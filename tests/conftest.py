"""Fixtures and preparations of all tests; the run's own folder is made in `tests/environment.py`."""

import hypothesis
import pytest
from django.utils import translation

from tests.fresh_database import fresh_database, template_database
from tools.messages import compile_catalogues

compile_catalogues()  # before the first test asks for a Korean page

hypothesis.settings.register_profile("shared", deadline=None)  # machines are shared: a slow example is no failure
hypothesis.settings.load_profile("shared")

__all__ = ("fresh_database", "template_database")


@pytest.fixture(autouse=True)
def korean() -> None:
    """Every test starts in the language of the portal; Django's test client leaves that of its last request behind."""
    translation.activate("ko")
