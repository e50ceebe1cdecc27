"""The state machines of custody as tables of (event, source, target, by, needs_reason). No Django.

`by` names roles; a team's own acts are also bound to membership by the action that carries them out.
"""

from portal.common.transitions import Transition
from portal.custody.enums import CallState, DestructionState, DrawState, HoldState

OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
TEAM = frozenset({"team"})
SYSTEM = frozenset({"system"})

DRAW = (
    Transition("close_pool", DrawState.COMMITTED, DrawState.CLOSED, OFFICER),
    Transition("draw", DrawState.CLOSED, DrawState.DRAWN, OFFICER),
    Transition("void", DrawState.COMMITTED, DrawState.VOID, OFFICER, needs_reason=True),
    Transition("void", DrawState.CLOSED, DrawState.VOID, OFFICER, needs_reason=True),
)

# The bytes come by an ordinary upload; the reconciler sees that a bundle has the deposited digest.
CALL = (
    Transition("deliver", CallState.CALLED, CallState.DELIVERED, SYSTEM),
    Transition("lapse", CallState.CALLED, CallState.MISSED, SYSTEM),
    Transition("reply", CallState.MISSED, CallState.REPLIED, TEAM),
    Transition("deliver", CallState.MISSED, CallState.LATE, SYSTEM),
    Transition("deliver", CallState.REPLIED, CallState.LATE, SYSTEM),
)

HOLD = (Transition("lift", HoldState.STANDING, HoldState.LIFTED, OFFICER, needs_reason=True),)

# Two people: an officer proposes, a decider approves.
DESTRUCTION = (
    Transition("approve", DestructionState.PROPOSED, DestructionState.APPROVED, DECIDER),
    Transition("drop", DestructionState.PROPOSED, DestructionState.DROPPED, OFFICER | DECIDER, needs_reason=True),
    Transition("carry_out", DestructionState.APPROVED, DestructionState.DONE, SYSTEM),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"draw": DRAW, "call": CALL, "hold": HOLD, "destruction": DESTRUCTION}
