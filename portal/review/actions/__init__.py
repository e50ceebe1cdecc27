"""The only writes of reviewing, one file per journey."""

from portal.review.actions.appeals import lodge_appeal, refer_appeal, rule_on_admission, rule_on_appeal
from portal.review.actions.blinding import blind_panel
from portal.review.actions.challenges import (
    ask_to_withdraw,
    challenge,
    name_unsuitable,
    open_roster,
    rule_on_naming,
    rule_on_recusal,
    take_back_challenge,
)
from portal.review.actions.decisions import (
    Draft,
    approve_decision,
    discard_decision,
    draft_decision,
    endorse_decision,
    return_decision,
)
from portal.review.actions.draws import (
    PoolPerson,
    Quota,
    add_to_pool,
    close_pool,
    commit_draw,
    draft_draw,
    invite_drawn,
    make_draw,
    void_draw,
)
from portal.review.actions.findings import open_due_replies
from portal.review.actions.gates import (
    lapse_disqualification,
    notify_disqualification,
    overturn_disqualification,
    pass_gate,
    raise_disqualification,
    reply_to_disqualification,
    rule_on_disqualification,
)
from portal.review.actions.invitations import (
    Guest,
    accept_panel_invitation,
    decline_panel_invitation,
    invite_to_panel,
    renew_panel_invitation,
    revoke_panel_invitation,
)
from portal.review.actions.later_decisions import draft_later_decision, later_outcomes
from portal.review.actions.minutes import Vote, hold_meeting
from portal.review.actions.notices import read_notice
from portal.review.actions.notifying import (
    decide_phase,
    finalise_decision,
    finalise_phase,
    notify_decision,
    notify_phase,
)
from portal.review.actions.outside import (
    OutsideFigure,
    OutsideLine,
    confirm_outside_document,
    confirm_outside_result,
    enter_outside_result,
    import_outside_results,
    keep_outside_document,
    measured_places,
)
from portal.review.actions.panels import assign, assign_panel, create_panel, declare, seat_panel
from portal.review.actions.questions import answer_question, ask_question
from portal.review.actions.rulings import call_up_alternate, rule_on_declaration
from portal.review.actions.sealing import seal_phase, take_tally
from portal.review.actions.sheets import SheetValues, save_score, sign_sheet, void_sheet, withdraw_signature
from portal.review.actions.vacancies import draft_vacancy, open_additional_call
from portal.review.actions.verifications import HOLDING_STAGES, add_evidence, hold_entry, release_entry

__all__ = [
    "HOLDING_STAGES",
    "Draft",
    "Guest",
    "OutsideFigure",
    "OutsideLine",
    "PoolPerson",
    "Quota",
    "SheetValues",
    "Vote",
    "accept_panel_invitation",
    "add_evidence",
    "add_to_pool",
    "answer_question",
    "approve_decision",
    "ask_question",
    "ask_to_withdraw",
    "assign",
    "assign_panel",
    "blind_panel",
    "call_up_alternate",
    "challenge",
    "close_pool",
    "commit_draw",
    "confirm_outside_document",
    "confirm_outside_result",
    "create_panel",
    "decide_phase",
    "declare",
    "decline_panel_invitation",
    "discard_decision",
    "draft_decision",
    "draft_draw",
    "draft_later_decision",
    "draft_vacancy",
    "endorse_decision",
    "enter_outside_result",
    "finalise_decision",
    "finalise_phase",
    "hold_entry",
    "hold_meeting",
    "import_outside_results",
    "invite_drawn",
    "invite_to_panel",
    "keep_outside_document",
    "lapse_disqualification",
    "later_outcomes",
    "lodge_appeal",
    "make_draw",
    "measured_places",
    "name_unsuitable",
    "notify_decision",
    "notify_disqualification",
    "notify_phase",
    "open_additional_call",
    "open_due_replies",
    "open_roster",
    "overturn_disqualification",
    "pass_gate",
    "raise_disqualification",
    "read_notice",
    "refer_appeal",
    "release_entry",
    "renew_panel_invitation",
    "reply_to_disqualification",
    "return_decision",
    "revoke_panel_invitation",
    "rule_on_admission",
    "rule_on_appeal",
    "rule_on_declaration",
    "rule_on_disqualification",
    "rule_on_naming",
    "rule_on_recusal",
    "save_score",
    "seal_phase",
    "seat_panel",
    "sign_sheet",
    "take_back_challenge",
    "take_tally",
    "void_draw",
    "void_sheet",
    "withdraw_signature",
]
