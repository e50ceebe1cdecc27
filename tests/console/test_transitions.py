"""Every (state, event) pair of the console's machines: in the table it leads where the table says, outside it raises."""

from itertools import product

import pytest

from portal.common.transitions import TransitionError, find
from portal.console.enums import RoundState, TrialState
from portal.console.transitions import MACHINES

STATES = {"round": RoundState, "trial": TrialState}
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
