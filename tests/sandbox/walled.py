"""Where no walls can be put up (no bubblewrap, no user namespaces) the tests of programs behind them say why they are skipped."""

import pytest

from portal.common.sandbox.probe import available, why_not

needs_walls = pytest.mark.skipif(not available(), reason=f"no sandbox here: {why_not()}")
