import pytest

from portal.common.transitions import Transition, TransitionError, find

TABLE = [
    Transition("open", "draft", "open", frozenset({"officer"})),
    Transition("seal", "open", "sealed", frozenset({"officer"}), needs_reason=True),
    Transition("withdraw", "open", "withdrawn", frozenset({"team"})),
]


def test_row_of_event_and_state_is_found():
    assert find(TABLE, "seal", "open") == TABLE[1]


def test_event_in_a_wrong_state_names_what_is_possible():
    with pytest.raises(
        TransitionError, match="'open' is not possible in the state 'open'; possible here: seal, withdraw"
    ):
        find(TABLE, "open", "open")


def test_final_state_allows_nothing():
    with pytest.raises(TransitionError, match="possible here: nothing"):
        find(TABLE, "seal", "sealed")


def test_unknown_event_names_the_known_ones():
    with pytest.raises(TransitionError, match="no event 'close'; known are open, seal, withdraw"):
        find(TABLE, "close", "open")
