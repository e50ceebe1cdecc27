"""Reads on consortia and entries. What belongs to a viewer hangs on membership, never on a role."""

from portal.consortia.selectors.entries import (
    STILL_IN,
    deadline_of,
    entries_by,
    entries_in,
    has_earned,
    phases_to_enter,
)
from portal.consortia.selectors.membership import (
    accounts_managed_by,
    consortia_of,
    consortium_for_account,
    entries_of,
    institutions_in,
    invitations_for,
    is_manager,
    is_member,
    memberships_of,
    origin_of_place,
    places_of,
    tokens_of,
)

__all__ = [
    "STILL_IN",
    "accounts_managed_by",
    "consortia_of",
    "consortium_for_account",
    "deadline_of",
    "entries_by",
    "entries_in",
    "entries_of",
    "has_earned",
    "institutions_in",
    "invitations_for",
    "is_manager",
    "is_member",
    "memberships_of",
    "origin_of_place",
    "phases_to_enter",
    "places_of",
    "tokens_of",
]
