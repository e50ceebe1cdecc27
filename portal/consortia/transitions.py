"""How an entry, an amendment, a round of proposals and a question about a component move.

A revival is a new entry made by a call; only an upheld objection reopens a closed one.
"""

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
    Transition("reopen", "advanced", "held", DECIDER, needs_reason=True),
    # 선정 취소: what was given is taken back, for a ground found afterwards
    Transition("annul", "advanced", "annulled", DECIDER, needs_reason=True),
    Transition("annul", "competing", "annulled", DECIDER, needs_reason=True),
    Transition("annul", "held", "annulled", DECIDER, needs_reason=True),
    Transition("annul", "stayed", "annulled", DECIDER, needs_reason=True),
    # 집행정지: the effects of a decision rest, and come back when the stay is lifted
    Transition("stay", "advanced", "stayed", DECIDER, needs_reason=True),
    Transition("stay", "cut", "stayed", DECIDER, needs_reason=True),
    Transition("stay", "disqualified", "stayed", DECIDER, needs_reason=True),
    Transition("stay", "annulled", "stayed", DECIDER, needs_reason=True),
    Transition("restore_advance", "stayed", "advanced", DECIDER, needs_reason=True),
    Transition("restore_cut", "stayed", "cut", DECIDER, needs_reason=True),
    Transition("restore_disqualify", "stayed", "disqualified", DECIDER, needs_reason=True),
    Transition("restore_annul", "stayed", "annulled", DECIDER, needs_reason=True),
)

AMENDMENT = (
    Transition("adopt", "proposed", "adopted", DECIDER, needs_reason=True),
    Transition("drop", "proposed", "dropped", OFFICER | DECIDER, needs_reason=True),
)

PROPOSALS = (
    Transition("close", "open", "closed", OFFICER),
    Transition("reopen", "closed", "open", OFFICER, needs_reason=True),
    Transition("freeze", "closed", "frozen", DECIDER),
    Transition(
        "reopen", "frozen", "open", OFFICER, needs_reason=True
    ),  # a team came later; the next freeze is a new version
)

QUESTION = (
    Transition("rule", "asked", "ruled", OFFICER, needs_reason=True),
    Transition("withdraw", "asked", "withdrawn", OWNER),
)

MACHINES: dict[str, tuple[Transition, ...]] = {
    "entry": ENTRY,
    "amendment": AMENDMENT,
    "proposals": PROPOSALS,
    "question": QUESTION,
}
