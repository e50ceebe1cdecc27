"""What may happen to a submission. A pair of event and state that is not in the table is refused."""

from portal.common.transitions import Transition

TEAM = frozenset({"team"})

SUBMISSION = (
    Transition("submit", "draft", "submitted", TEAM),
    Transition("replace", "submitted", "replaced", frozenset({"system"})),
    Transition("withdraw", "submitted", "withdrawn", TEAM, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"submission": SUBMISSION}
