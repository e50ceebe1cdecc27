"""Gives every test run a folder of its own for keys, store and work, and one thread for linear algebra.

Loaded by `-p` in pyproject.toml: pytest-django reads the settings before any conftest.py.
"""

import os
import tempfile
from pathlib import Path

# Tests run beside each other and decompose small matrices: threads would wait for each other, busily.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if "PORTAL_VAR" not in os.environ:
    os.environ["PORTAL_VAR"] = tempfile.mkdtemp(prefix="portal-tests-")
    # As if static files were collected: otherwise every test client would list the sources again.
    (Path(os.environ["PORTAL_VAR"]) / "static").mkdir()
