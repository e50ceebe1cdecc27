"""State machines as tables: one row per permitted step, read on one screen. No Django.

>>> TABLE = [Transition("seal", "open", "sealed", frozenset({"officer"}))]
>>> find(TABLE, "seal", "open").target
'sealed'
"""

from collections.abc import Iterable
from typing import NamedTuple

from portal.common.refusals import Refusal


class Transition(NamedTuple):
    event: str
    source: str
    target: str
    by: frozenset[str]  # roles
    needs_reason: bool = False


class TransitionError(Refusal):
    """The event is not possible in this state."""


def find(table: Iterable[Transition], event: str, state: str) -> Transition:
    """The one row for `event` in `state`; TransitionError names what would be possible."""
    rows = list(table)
    for row in rows:
        if row.event == event and row.source == state:
            return row
    if event not in {row.event for row in rows}:
        raise TransitionError(f"There is no event {event!r}; known are {_listed(row.event for row in rows)}.")
    possible = _listed(row.event for row in rows if row.source == state)
    raise TransitionError(f"{event!r} is not possible in the state {state!r}; possible here: {possible}.")


def _listed(events: Iterable[str]) -> str:
    return ", ".join(sorted(set(events))) or "nothing"
