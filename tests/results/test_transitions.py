import itertools

import pytest

from portal.common.transitions import TransitionError, find
from portal.results.enums import State
from portal.results.transitions import RELEASE

PERMITTED = {(row.event, row.source) for row in RELEASE}
EVENTS = sorted({row.event for row in RELEASE})


@pytest.mark.parametrize(("event", "state"), itertools.product(EVENTS, State))
def test_only_the_table_permits_a_step(event, state):
    if (event, state) in PERMITTED:
        assert find(RELEASE, event, state).source == state
    else:
        with pytest.raises(TransitionError):
            find(RELEASE, event, state)


def test_only_a_correction_needs_a_reason():
    assert {row.event for row in RELEASE if row.needs_reason} == {"correct"}
