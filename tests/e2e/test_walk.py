"""Every page of the portal is walked once; see pagewalk.py for what is looked at."""

import pytest

from tests.e2e.pagewalk import walk
from tests.e2e.server import built_pages, portal

pytestmark = pytest.mark.browser


def test_pages_are_in_order(tmp_path):
    pages = built_pages(tmp_path)

    with portal(tmp_path) as base:
        findings = walk(base, pages)

    assert findings == [], "\n".join(map(str, findings))
