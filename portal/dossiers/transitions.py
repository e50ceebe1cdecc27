"""The state machine of a verification session as a table of (event, source, target, by, needs_reason). No Django."""

from portal.common.transitions import Transition

OFFICER = frozenset({"officer"})

# The agenda and who attends may change while it is planned; from `hold` on they are what took place.
# A session that was held is never undone: its record may be published with whatever the team agreed to.
SESSION = (
    Transition("reschedule", "planned", "planned", OFFICER, needs_reason=True),
    Transition("hold", "planned", "held", OFFICER),
    Transition("cancel", "planned", "cancelled", OFFICER, needs_reason=True),
    Transition("publish", "held", "published", OFFICER),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"session": SESSION}
