"""The only writes of dossiers: verification sessions from the plan to the public record."""

from portal.dossiers.actions.agenda import add_item, move_item_up, remove_item, show_part, withdraw_exhibit
from portal.dossiers.actions.attendance import (
    invite_institution,
    invite_member,
    invite_officer,
    invite_seat,
    strike_attendee,
)
from portal.dossiers.actions.holding import answer_in_session, ask_in_session, hold_session, write_minutes
from portal.dossiers.actions.planning import Plan, cancel_session, plan_session, reschedule_session
from portal.dossiers.actions.publishing import Word, give_consent, publish_record

__all__ = (
    "Plan",
    "Word",
    "add_item",
    "answer_in_session",
    "ask_in_session",
    "cancel_session",
    "give_consent",
    "hold_session",
    "invite_institution",
    "invite_member",
    "invite_officer",
    "invite_seat",
    "move_item_up",
    "plan_session",
    "publish_record",
    "remove_item",
    "reschedule_session",
    "show_part",
    "strike_attendee",
    "withdraw_exhibit",
    "write_minutes",
)
