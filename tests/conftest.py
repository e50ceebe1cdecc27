"""Every test run has a folder of its own for keys, store and work, whatever the machine holds."""

import os
import tempfile

os.environ.setdefault("PORTAL_VAR", tempfile.mkdtemp(prefix="portal-tests-"))

from tests.fresh_database import fresh_database, template_database
from tools.messages import compile_catalogues

compile_catalogues()  # before the first test asks for a Korean page
__all__ = ("fresh_database", "template_database")
