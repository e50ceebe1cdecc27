"""The only writes on calls, one file per journey."""

from portal.calls.actions.applications import (
    Content,
    answer_consent,
    ask_consents,
    hand_in,
    open_application,
    save_application,
    withdraw_application,
)
from portal.calls.actions.calls import (
    CallFacts,
    Terms,
    close_call,
    decline_invitation,
    draft_call,
    invite_consortium,
    lapse_call,
    move_call_deadline,
    open_call,
    set_terms,
)
from portal.calls.actions.committee import declare_interests, name_committee, rule_on_interest
from portal.calls.actions.judging import Answer, Meeting, check_eligibility, record_judgement
from portal.calls.actions.selecting import carry_out_selection, draft_call_decision, read_notice

__all__ = [
    "Answer",
    "CallFacts",
    "Content",
    "Meeting",
    "Terms",
    "answer_consent",
    "ask_consents",
    "carry_out_selection",
    "check_eligibility",
    "close_call",
    "declare_interests",
    "decline_invitation",
    "draft_call",
    "draft_call_decision",
    "hand_in",
    "invite_consortium",
    "lapse_call",
    "move_call_deadline",
    "name_committee",
    "open_application",
    "open_call",
    "read_notice",
    "record_judgement",
    "rule_on_interest",
    "save_application",
    "set_terms",
    "withdraw_application",
]
