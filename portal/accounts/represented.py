"""For which accounts a person may sign programs in. Apps above register how they know it; here an account is a key."""

from collections.abc import Callable
from typing import NamedTuple

from portal.accounts.models import User


class Represented(NamedTuple):
    key: str  # such as "consortium:3"
    name: str


Offer = Callable[[User], list[Represented]]
_offers: list[Offer] = []


def register_represented(offer: Offer) -> None:
    if offer not in _offers:
        _offers.append(offer)


def represented_by(user: User) -> list[Represented]:
    return [account for offer in _offers for account in offer(user)]
