"""What may happen to the sign-in of a program (RFC 8628). A pair of event and state that is not in the table is refused."""

from portal.common.transitions import Transition

PERSON = frozenset({"person"})
PROGRAM = frozenset({"program"})

DEVICE = (
    Transition("claim", "pending", "claimed", PERSON),
    Transition("approve", "claimed", "approved", PERSON),
    Transition("deny", "claimed", "denied", PERSON),
    Transition("redeem", "approved", "redeemed", PROGRAM),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"device": DEVICE}
