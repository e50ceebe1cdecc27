"""How an entry moves. A revival is a new entry made by a call; only an upheld objection reopens a closed one."""

from portal.common.transitions import Transition

OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
OWNER = frozenset({"team", "officer"})

ENTRY = (
    Transition("hold", "competing", "held", OFFICER, needs_reason=True),
    Transition("release_hold", "held", "competing", OFFICER, needs_reason=True),
    Transition("advance", "competing", "advanced", DECIDER),
    Transition("advance", "held", "advanced", DECIDER),
    Transition("cut", "competing", "cut", DECIDER),
    Transition("cut", "held", "cut", DECIDER),
    Transition("disqualify", "competing", "disqualified", DECIDER, needs_reason=True),
    Transition("disqualify", "held", "disqualified", DECIDER, needs_reason=True),
    Transition("withdraw", "competing", "withdrawn", OWNER, needs_reason=True),
    Transition("withdraw", "held", "withdrawn", OWNER, needs_reason=True),
    Transition("reopen", "cut", "held", DECIDER, needs_reason=True),
    Transition("reopen", "disqualified", "held", DECIDER, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"entry": ENTRY}
