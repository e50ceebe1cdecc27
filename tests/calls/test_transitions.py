"""Every (state, event) pair of the machines of calls: in the table it leads where the table says, outside it raises."""

from itertools import product

import pytest

from portal.calls import enums
from portal.calls.transitions import MACHINES
from portal.common.transitions import TransitionError, find

STATES = {
    "application": enums.ApplicationState,
    "consent": enums.ConsentState,
    "invitation": enums.InvitationState,
    "interest": enums.InterestState,
}
PAIRS = [
    (name, state.value, event)
    for name, table in MACHINES.items()
    for state, event in product(STATES[name], sorted({row.event for row in table}))
]


@pytest.mark.parametrize(("name", "state", "event"), PAIRS)
def test_pair(name, state, event):
    rows = [row for row in MACHINES[name] if (row.source, row.event) == (state, event)]
    if rows:
        assert [find(MACHINES[name], event, state)] == rows
    else:
        with pytest.raises(TransitionError):
            find(MACHINES[name], event, state)


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_reached_and_known(name):
    table = MACHINES[name]
    assert {row.target for row in table} | {next(iter(STATES[name]))} == set(STATES[name])
    assert {row.source for row in table} <= set(STATES[name])
