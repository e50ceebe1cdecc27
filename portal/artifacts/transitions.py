"""What may happen to an upload. A pair of event and state that is not in the table is refused."""

from portal.common.transitions import Transition

TEAM = frozenset({"team"})
SYSTEM = frozenset({"system"})

UPLOAD = (
    Transition("check", "declared", "checking", TEAM),
    Transition(
        "reopen", "checking", "declared", SYSTEM, needs_reason=True
    ),  # parts were damaged, or the check broke off
    Transition("complete", "checking", "complete", SYSTEM),
    Transition("refuse", "checking", "refused", SYSTEM, needs_reason=True),
    Transition("expire", "declared", "expired", SYSTEM),
    Transition("cancel", "declared", "cancelled", TEAM),
    Transition("cancel", "checking", "cancelled", TEAM),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"upload": UPLOAD}
