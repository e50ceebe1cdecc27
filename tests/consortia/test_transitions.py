"""Every pair of state and event of an entry: those in the table lead where it says, all others raise."""

import itertools

import pytest

from portal.common.transitions import TransitionError, find
from portal.consortia.enums import EntryState
from portal.consortia.transitions import ENTRY

PAIRS = list(itertools.product(EntryState.values, sorted({row.event for row in ENTRY})))


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair(state, event):
    rows = [row for row in ENTRY if (row.event, row.source) == (event, state)]
    if rows:
        assert [find(ENTRY, event, state)] == rows
    else:
        with pytest.raises(TransitionError):
            find(ENTRY, event, state)


def test_the_table_speaks_of_the_states_there_are():
    assert {row.source for row in ENTRY} | {row.target for row in ENTRY} == set(EntryState.values)


def test_an_entry_that_withdrew_or_advanced_stays():
    assert {row.source for row in ENTRY} == {"competing", "held", "cut", "disqualified"}
