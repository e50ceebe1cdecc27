"""Every (state, event) pair of every machine: in the table it leads where the table says, outside it raises."""

from itertools import product

import pytest

from portal.common.transitions import TransitionError, find
from portal.review import enums
from portal.review.transitions import MACHINES

STATES = {
    "declaration": enums.DeclarationState,
    "invitation": enums.InvitationState,
    "recusal": enums.RecusalState,
    "naming": enums.NamingState,
    "draw": enums.DrawState,
    "sheet": enums.SheetState,
    "disqualification": enums.DisqualificationState,
    "verification": enums.VerificationState,
    "decision": enums.DecisionState,
    "appeal": enums.AppealState,
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
        assert find(MACHINES[name], event, state) == rows[0]
        assert len(rows) == 1
    else:
        with pytest.raises(TransitionError):
            find(MACHINES[name], event, state)


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_reached_and_known(name):
    table = MACHINES[name]
    initial = next(iter(STATES[name]))

    assert {row.target for row in table} | {initial} == set(STATES[name])
    assert {row.source for row in table} <= set(STATES[name])


@pytest.mark.parametrize("name", MACHINES)
def test_every_step_belongs_to_somebody(name):
    assert all(row.by for row in MACHINES[name])


def test_a_disqualification_cannot_skip_the_right_of_reply():
    rulings = {row.source for row in MACHINES["disqualification"] if row.event in {"uphold", "drop"}}

    assert rulings == {"replied", "lapsed"}


def test_nobody_who_drafts_alone_can_make_a_decision_stand():
    assert not {row.event for row in MACHINES["decision"] if "officer" in row.by} & {"approve", "supersede"}
