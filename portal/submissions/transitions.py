"""What may happen to a submission. A pair of event and state that is not in the table is refused."""

from portal.common.transitions import Transition

TEAM = frozenset({"team"})
SYSTEM = frozenset({"system"})  # the files that come, the clock, a later version

SUBMISSION = (
    Transition("submit", "draft", "submitted", TEAM),
    Transition("submit_declared", "draft", "awaiting", TEAM),
    Transition("arrive", "awaiting", "submitted", SYSTEM),
    Transition("lapse", "awaiting", "lapsed", SYSTEM),
    Transition("replace", "submitted", "replaced", SYSTEM),
    Transition("replace", "awaiting", "replaced", SYSTEM),
    Transition("withdraw", "submitted", "withdrawn", TEAM, needs_reason=True),
    Transition("withdraw", "awaiting", "withdrawn", TEAM, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"submission": SUBMISSION}
