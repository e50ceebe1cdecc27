"""Fixtures and preparations of all tests; the run's own folder is made in `tests/environment.py`."""

from tests.fresh_database import fresh_database, template_database
from tools.messages import compile_catalogues

compile_catalogues()  # before the first test asks for a Korean page

__all__ = ("fresh_database", "template_database")
