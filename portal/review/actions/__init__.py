"""The only writes of reviewing, one file per journey."""

from portal.review.actions.appeals import lodge_appeal, rule_on_admission, rule_on_appeal
from portal.review.actions.decisions import (
    Draft,
    approve_decision,
    decide_phase,
    discard_decision,
    draft_decision,
    endorse_decision,
    finalise_decision,
    notify_decision,
    notify_phase,
    return_decision,
)
from portal.review.actions.gates import (
    lapse_disqualification,
    notify_disqualification,
    pass_gate,
    raise_disqualification,
    reply_to_disqualification,
    rule_on_disqualification,
)
from portal.review.actions.minutes import Vote, hold_meeting
from portal.review.actions.notices import read_notice
from portal.review.actions.panels import assign, create_panel, declare, rule_on_declaration, seat_panel
from portal.review.actions.questions import answer_question, ask_question
from portal.review.actions.sealing import (
    OutsideFigure,
    confirm_outside_result,
    enter_outside_result,
    seal_phase,
    take_tally,
)
from portal.review.actions.sheets import SheetValues, save_score, sign_sheet, void_sheet, withdraw_signature
from portal.review.actions.vacancies import draft_vacancy, open_additional_call

__all__ = [
    "Draft",
    "OutsideFigure",
    "SheetValues",
    "Vote",
    "answer_question",
    "approve_decision",
    "ask_question",
    "assign",
    "confirm_outside_result",
    "create_panel",
    "decide_phase",
    "declare",
    "discard_decision",
    "draft_decision",
    "draft_vacancy",
    "endorse_decision",
    "enter_outside_result",
    "finalise_decision",
    "hold_meeting",
    "lapse_disqualification",
    "lodge_appeal",
    "notify_decision",
    "notify_disqualification",
    "notify_phase",
    "open_additional_call",
    "pass_gate",
    "raise_disqualification",
    "read_notice",
    "reply_to_disqualification",
    "return_decision",
    "rule_on_admission",
    "rule_on_appeal",
    "rule_on_declaration",
    "rule_on_disqualification",
    "save_score",
    "seal_phase",
    "seat_panel",
    "sign_sheet",
    "take_tally",
    "void_sheet",
    "withdraw_signature",
]
