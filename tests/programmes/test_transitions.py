"""Every pair of state and event: those in the table lead where it says, all others raise."""

import itertools

import pytest

from portal.common.transitions import TransitionError, find
from portal.programmes import transitions
from portal.programmes.enums import CallState, PhaseState

STATES = {"phase": PhaseState.values, "call": CallState.values}
STARTS = {"phase": "drafted", "call": "drafted"}


def pairs():
    for name, table in transitions.MACHINES.items():
        for state, event in itertools.product(STATES[name], sorted({row.event for row in table})):
            yield name, state, event


@pytest.mark.parametrize(("name", "state", "event"), pairs())
def test_every_pair(name, state, event):
    table = transitions.MACHINES[name]
    rows = [row for row in table if (row.event, row.source) == (event, state)]
    if rows:
        assert [find(table, event, state)] == rows
    else:
        with pytest.raises(TransitionError):
            find(table, event, state)


@pytest.mark.parametrize("name", transitions.MACHINES)
def test_the_table_speaks_of_the_states_there_are_and_reaches_them_all(name):
    table = transitions.MACHINES[name]
    assert {row.source for row in table} | {row.target for row in table} == set(STATES[name])
    reached = {STARTS[name]}
    for _ in STATES[name]:
        reached |= {row.target for row in table if row.source in reached}
    assert reached == set(STATES[name])


def test_the_order_of_stages_in_a_rule_set_is_the_order_of_the_phase():
    from portal.programmes.ruleset.vocabulary import STAGES

    assert list(STAGES) == PhaseState.values
