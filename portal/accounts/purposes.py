"""Who invites, and into what. Apps above register how they read the purposes of their own invitations."""

from collections.abc import Callable
from typing import NamedTuple

from portal.accounts.models import Invitation, User


class Origin(NamedTuple):
    inviter: str  # a name, never an address
    into: str  # what one is invited into; empty: an account


Describe = Callable[[str], Origin | None]
_known: dict[str, Describe] = {}


def register_purpose(prefix: str, describe: Describe) -> None:
    """`describe` receives the purpose of an invitation that starts with `prefix:` and says where it comes from."""
    _known[prefix] = describe


def origin_of(invitation: Invitation) -> Origin | None:
    """None when neither the app nor the person who invited has a name to show."""
    prefix, _colon, _rest = invitation.purpose.partition(":")
    described = _known[prefix](invitation.purpose) if prefix in _known else None
    return described or _person(invitation.invited_by)


def _person(actor: str) -> Origin | None:
    kind, _colon, number = actor.partition(":")
    user = User.objects.filter(pk=int(number)).first() if kind == "user" and number.isdecimal() else None
    return Origin(user.name, "") if user and user.name else None
