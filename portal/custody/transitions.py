"""The state machines of custody as tables of (event, source, target, by, needs_reason). No Django.

`by` names roles; a team's own acts are also bound to membership by the action that carries them out.
"""

from portal.common.transitions import Transition

OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
TEAM = frozenset({"team"})
SYSTEM = frozenset({"system"})

DRAW = (
    Transition("close_pool", "committed", "closed", OFFICER),
    Transition("draw", "closed", "drawn", OFFICER),
    Transition("void", "committed", "void", OFFICER, needs_reason=True),
    Transition("void", "closed", "void", OFFICER, needs_reason=True),
)

# The bytes come by an ordinary upload; the reconciler sees that a bundle has the deposited digest.
CALL = (
    Transition("deliver", "called", "delivered", SYSTEM),
    Transition("lapse", "called", "missed", SYSTEM),
    Transition("reply", "missed", "replied", TEAM),
    Transition("deliver", "missed", "late", SYSTEM),
    Transition("deliver", "replied", "late", SYSTEM),
)

HOLD = (Transition("lift", "standing", "lifted", OFFICER, needs_reason=True),)

# Two people: an officer proposes, a decider approves.
DESTRUCTION = (
    Transition("approve", "proposed", "approved", DECIDER),
    Transition("drop", "proposed", "dropped", OFFICER | DECIDER, needs_reason=True),
    Transition("carry_out", "approved", "done", SYSTEM),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"draw": DRAW, "call": CALL, "hold": HOLD, "destruction": DESTRUCTION}
