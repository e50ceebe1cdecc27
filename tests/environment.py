"""Gives every test run a folder of its own for keys, store and work.

Loaded by `-p` in pyproject.toml: pytest-django reads the settings before any conftest.py.
"""

import os
import tempfile
from pathlib import Path

if "PORTAL_VAR" not in os.environ:
    os.environ["PORTAL_VAR"] = tempfile.mkdtemp(prefix="portal-tests-")
    # As if static files were collected: otherwise every test client would list the sources again.
    (Path(os.environ["PORTAL_VAR"]) / "static").mkdir()
