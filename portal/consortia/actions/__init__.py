"""Every write on consortia, their institutions, their entries, and what binds an entry to the rules of its phase."""

from portal.consortia.actions.entries import enter_phase, move_entry, set_entry_deadline
from portal.consortia.actions.membership import (
    InstitutionData,
    accept_institution_invitation,
    end_place,
    invite_institution,
    register_consortium,
)

__all__ = [
    "InstitutionData",
    "accept_institution_invitation",
    "end_place",
    "enter_phase",
    "invite_institution",
    "move_entry",
    "register_consortium",
    "set_entry_deadline",
]
