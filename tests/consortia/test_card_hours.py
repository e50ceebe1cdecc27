"""Card-hours against a count of every single hour."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consortia.card_hours import Span, granted, hours, lost, until

START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = settings(max_examples=500)


@st.composite
def spans(draw):
    start = draw(st.integers(0, 40))
    return Span(
        START + timedelta(hours=start),
        START + timedelta(hours=start + draw(st.integers(1, 30))),
        draw(st.integers(1, 9)),
    )


def running(span: Span, moment: datetime) -> int:
    return span.cards if span.starts <= moment < span.ends else 0


def counted(grant: Span, outages: list[Span]) -> int:
    moments = [START + timedelta(hours=number) for number in range(80)]
    return 3600 * sum(min(running(grant, each), sum(running(out, each) for out in outages)) for each in moments)


@MANY
@given(spans(), st.lists(spans(), max_size=6))
def test_what_is_lost_is_what_a_count_by_the_hour_says(grant, outages):
    assert lost(grant, outages) == counted(grant, outages)


@MANY
@given(spans(), st.lists(spans(), max_size=6))
def test_nothing_is_lost_that_was_not_granted(grant, outages):
    assert 0 <= lost(grant, outages) <= granted(grant)


@MANY
@given(spans(), st.lists(spans(), max_size=6), st.randoms())
def test_the_order_of_outages_means_nothing(grant, outages, random):
    shuffled = list(outages)
    random.shuffle(shuffled)
    assert lost(grant, shuffled) == lost(grant, outages)


def test_a_grant_counts_up_to_now():
    grant = Span(START, START + timedelta(days=10), 8)
    assert until(grant, START) is None
    assert granted(until(grant, START + timedelta(days=1))) == 8 * 24 * 3600
    assert until(grant, START + timedelta(days=99)) == grant


def test_hours_round_half_up():
    assert (hours(180), hours(179), hours(0)) == (Decimal("0.1"), Decimal("0.0"), Decimal("0.0"))
