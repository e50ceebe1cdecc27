"""The state machines of measurements as tables of (event, source, target, by, needs_reason). No Django.

`by` names roles; a team's own acts are also bound to membership by the action that carries them out.
"""

from portal.common.transitions import Transition

OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
TEAM = frozenset({"team"})
SYSTEM = frozenset({"system"})

REPRODUCTION_DRAW = (
    Transition("close_pool", "committed", "closed", OFFICER),
    Transition("draw", "closed", "drawn", OFFICER),
    Transition("void", "committed", "void", OFFICER, needs_reason=True),
    Transition("void", "closed", "void", OFFICER, needs_reason=True),
)

# The portal runs and compares; people ask for the run, explain, and conclude.
REPRODUCTION = (
    Transition("ask", "drawn", "running", OFFICER),
    Transition("ask", "failed", "running", OFFICER),
    Transition("ask", "impossible", "running", OFFICER),
    Transition("give_up", "drawn", "impossible", OFFICER, needs_reason=True),
    Transition("give_up", "failed", "impossible", OFFICER, needs_reason=True),
    Transition("fail", "running", "failed", SYSTEM),
    Transition("agree", "running", "reproduced", SYSTEM),
    Transition("disagree", "running", "differs", SYSTEM),
    Transition("explain", "differs", "explained", TEAM),
    Transition("uphold", "differs", "upheld", DECIDER, needs_reason=True),
    Transition("uphold", "explained", "upheld", DECIDER, needs_reason=True),
    Transition("accept", "explained", "accepted", DECIDER, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {
    "reproduction_draw": REPRODUCTION_DRAW,
    "reproduction": REPRODUCTION,
}
