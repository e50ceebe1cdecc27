"""How a letter leaves. `delay` is a try that failed and will be repeated; the number of tries decides between it and `fail`."""

from portal.common.transitions import Transition

SYSTEM = frozenset({"system"})
OFFICER = frozenset({"officer"})

LETTER = (
    Transition("send", "queued", "sent", SYSTEM),
    Transition("delay", "queued", "queued", SYSTEM),
    Transition("fail", "queued", "failed", SYSTEM),
    Transition("send_again", "failed", "queued", OFFICER, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"letter": LETTER}
