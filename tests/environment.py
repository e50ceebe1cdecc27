"""Gives every test run a folder of its own for keys, store and work.

Loaded by `-p` in pyproject.toml: pytest-django reads the settings before any conftest.py.
"""

import os
import tempfile

os.environ.setdefault("PORTAL_VAR", tempfile.mkdtemp(prefix="portal-tests-"))
