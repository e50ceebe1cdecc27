"""The deadline's one place: when an entry hands in, until when its bytes may follow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.programmes.ruleset import RuleSetError, parse_ruleset
from portal.submissions.selectors import window_of
from tests.factories.consortia import make_entry
from tests.factories.programmes import make_phase, rules_document
from tests.factories.submissions import graceful_entry

DAY = timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phase_state", "entry_state", "days", "closed"),
    [
        ("receiving", "competing", 1, ""),
        ("receiving", "held", 1, ""),
        ("receiving", "competing", -1, "deadline_passed"),
        ("receiving", "withdrawn", 1, "entry_out"),
        ("receiving", "disqualified", -1, "entry_out"),
        ("closed", "competing", 1, "closed"),
        ("rules_frozen", "competing", 1, "closed"),
    ],
)
def test_when_an_entry_takes_a_hand_in(phase_state, entry_state, days, closed):
    now = timezone.now()
    phase = make_phase(phase_state, opens_at=now - 9 * DAY, closes_at=now + days * DAY)

    window = window_of(make_entry(phase, state=entry_state))

    assert (window.closed, window.is_open) == (closed, not closed)


@pytest.mark.django_db
def test_the_last_moment_still_belongs_to_the_window():
    entry = graceful_entry(grace_hours=36)
    deadline = entry.phase.closes_at

    assert window_of(entry, at=deadline).is_open
    assert window_of(entry, at=deadline + timedelta(microseconds=1)).closed == "deadline_passed"
    assert window_of(entry).bytes_due == deadline + timedelta(hours=36)


@pytest.mark.django_db
def test_rules_that_say_nothing_give_no_grace_and_no_deadline_gives_no_moment():
    entry = make_entry(make_phase("receiving"))
    assert window_of(entry).bytes_due == entry.phase.closes_at

    entry.phase.opens_at = entry.phase.closes_at = None

    assert window_of(entry)[:2] == (None, None)


@pytest.mark.parametrize(
    ("value", "hours"), [(0, 0), (72, 72), (336, 336), (337, None), (-1, None), ("24", None), (1.5, None), (True, None)]
)
def test_the_hours_of_grace_in_a_rule_set(value, hours):
    document = {**rules_document(), "grace_hours": value}
    if hours is None:
        with pytest.raises(RuleSetError, match="grace_hours"):
            parse_ruleset(document)
    else:
        assert parse_ruleset(document).grace_hours == hours


def test_a_rule_set_without_the_field_gives_none():
    assert parse_ruleset(rules_document()).grace_hours == 0
