"""Every pair of state and event of an entry: those in the table lead where it says, all others raise."""

import itertools

import pytest

from portal.common.transitions import TransitionError, find
from portal.consortia.enums import AmendmentState, EntryState, QuestionState, RoundState
from portal.consortia.transitions import ENTRY, MACHINES

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


def test_an_entry_that_withdrew_stays():
    assert set(EntryState.values) - {row.source for row in ENTRY} == {"withdrawn"}


MACHINES_OF_RULES = {"amendment": AmendmentState, "proposals": RoundState, "question": QuestionState}


@pytest.mark.parametrize(("machine", "states"), MACHINES_OF_RULES.items())
def test_every_pair_of_the_rules_machines(machine, states):
    table = MACHINES[machine]
    assert {row.source for row in table} | {row.target for row in table} == set(states.values)
    possible = {(row.event, row.source) for row in table}
    for event, state in itertools.product({row.event for row in table}, states.values):
        if (event, state) in possible:
            assert find(table, event, state).source == state
        else:
            with pytest.raises(TransitionError):
                find(table, event, state)
