"""Terms counted as Korean procedure counts them: from the day after, to the end of a day, rolling past days off. No Django."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from portal.common.time import KST


@lru_cache(maxsize=16)
def _days_off(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("KR", years=year))


ANSWER_DAYS = 30  # an objection is answered within 30 days (national R&D evaluation rules)


def answer_due(lodged_at: datetime) -> datetime:
    """Until when an objection must be answered."""
    return term_after(lodged_at, days=ANSWER_DAYS)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _days_off(day.year)


def term_after(moment: datetime, *, days: int) -> datetime:
    """The last second of a term of `days` that starts on the day after `moment`; a last day off rolls to the next working day.

    >>> from datetime import UTC
    >>> term_after(datetime(2026, 1, 15, 6, tzinfo=UTC), days=10).isoformat()  # the 25th is a Sunday
    '2026-01-26T23:59:59+09:00'
    """
    last = moment.astimezone(KST).date() + timedelta(days=days)
    while not is_working_day(last):
        last += timedelta(days=1)
    return datetime.combine(last, time(23, 59, 59), tzinfo=KST)
