"""Card-hours granted and lost, exactly. Pure: no Django, no clock, no database.

An hour of one card is 3,600 card-seconds; results are whole card-seconds, and `hours` shows them.

>>> from datetime import datetime
>>> grant = Span(datetime(2026, 1, 1), datetime(2026, 1, 2), 8)
>>> outages = [Span(datetime(2026, 1, 1, 6), datetime(2026, 1, 1, 9), 6), Span(datetime(2026, 1, 1, 8), datetime(2026, 1, 1, 9), 6)]
>>> hours(granted(grant)), hours(lost(grant, outages))
(Decimal('192.0'), Decimal('20.0'))
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

SECOND = timedelta(seconds=1)


class Span(NamedTuple):
    """`cards` from `starts` until `ends`, both aware or both naive; `ends` is after `starts`."""

    starts: datetime
    ends: datetime
    cards: int


def granted(grant: Span) -> int:
    """Card-seconds of the grant."""
    return grant.cards * _seconds(grant.starts, grant.ends)


def lost(grant: Span, outages: Iterable[Span]) -> int:
    """Card-seconds in which granted cards stood still. Outages that overlap add up, but never to more than was granted."""
    inside = [cut for outage in outages if (cut := _within(grant, outage))]
    moments = sorted({moment for span in inside for moment in (span.starts, span.ends)})
    return sum(
        min(grant.cards, sum(span.cards for span in inside if span.starts <= start < span.ends)) * _seconds(start, end)
        for start, end in pairwise(moments)
    )


def until(span: Span, moment: datetime) -> Span | None:
    """The part of the span that has passed at the moment; None before it began."""
    return span._replace(ends=min(span.ends, moment)) if moment > span.starts else None


def hours(card_seconds: int) -> Decimal:
    """Card-hours to one decimal place, half up."""
    return (Decimal(card_seconds) / 3600).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _within(grant: Span, outage: Span) -> Span | None:
    starts, ends = max(grant.starts, outage.starts), min(grant.ends, outage.ends)
    return Span(starts, ends, outage.cards) if starts < ends else None


def _seconds(start: datetime, end: datetime) -> int:
    return (end - start) // SECOND
