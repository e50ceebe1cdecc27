from datetime import UTC, datetime

import pytest

from portal.common.time import kst, kst_date


def test_moment_is_told_in_korean_time():
    assert kst(datetime(2026, 1, 15, 6, 0, tzinfo=UTC)) == "2026. 1. 15. 15:00 KST"


def test_day_changes_at_korean_midnight():
    assert kst_date(datetime(2026, 1, 14, 15, 0, tzinfo=UTC)) == "2026. 1. 15."


def test_naive_moment_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        kst(datetime(2026, 1, 15, 6, 0))  # noqa: DTZ001 - the point of the test
