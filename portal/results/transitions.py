"""The life of a release: (event, source, target, by, needs_reason). No Django."""

from portal.common.transitions import Transition
from portal.results.enums import State

OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})

RELEASE = (
    Transition("commit", State.PREPARED, State.COMMITTED, OFFICER | DECIDER),
    Transition("publish", State.COMMITTED, State.PROVISIONAL, OFFICER | DECIDER),
    Transition("confirm", State.PROVISIONAL, State.CONFIRMED, OFFICER | DECIDER),
    Transition("correct", State.PROVISIONAL, State.CORRECTED, OFFICER | DECIDER, needs_reason=True),
    Transition("correct", State.CONFIRMED, State.CORRECTED, OFFICER | DECIDER, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"release": RELEASE}
