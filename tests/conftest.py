"""Every test run has a folder of its own for keys, store and work, whatever the machine holds."""

import os
import tempfile

os.environ.setdefault("PORTAL_VAR", tempfile.mkdtemp(prefix="portal-tests-"))
