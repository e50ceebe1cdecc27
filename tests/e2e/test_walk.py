"""Every page of the portal is walked once; see pagewalk.py for what is looked at."""

import pytest

from tests.e2e.pagewalk import walk

pytestmark = pytest.mark.browser


def test_pages_are_in_order(tmp_path):
    report = walk(tmp_path)

    assert report.findings == [], "\n".join(map(str, report.findings))
