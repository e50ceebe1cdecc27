"""The window counts from the day after the notice, to the end of a day, and rolls past days off."""

from datetime import UTC, datetime

import pytest

from portal.review.windows import term_after


@pytest.mark.parametrize(
    ("notice", "days", "end"),
    [
        ("2026-01-15T06:00", 10, "2026-01-26"),  # the 25th is a Sunday
        ("2026-08-18T03:00", 10, "2026-08-28"),  # a Friday
        ("2026-02-06T01:00", 10, "2026-02-19"),  # 16, 17, 18 February: Seollal
        ("2026-01-15T15:30", 10, "2026-01-26"),  # already the 16th in Korea
    ],
)
def test_last_day(notice, days, end):
    moment = datetime.fromisoformat(notice).replace(tzinfo=UTC)

    assert term_after(moment, days=days).isoformat() == f"{end}T23:59:59+09:00"
