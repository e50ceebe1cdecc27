"""Every write on consortia, their institutions, their entries, and what binds an entry to the rules of its phase."""

from portal.consortia.actions.amendments import (
    AMENDABLE,
    adopt_amendment,
    answer_amendment,
    drop_amendment,
    propose_amended_text,
    propose_amendment,
)
from portal.consortia.actions.entries import enter_phase, move_entry, set_entry_deadline
from portal.consortia.actions.membership import (
    InstitutionData,
    accept_institution_invitation,
    end_place,
    invite_institution,
    register_consortium,
)
from portal.consortia.actions.proposals import (
    Source,
    TargetFigure,
    freeze_proposals,
    move_proposals,
    open_proposals,
    propose_benchmark,
    propose_target,
    withdraw_proposal,
)
from portal.consortia.actions.rulings import ask_ruling, give_ruling, withdraw_question
from portal.consortia.actions.support import (
    GrantFacts,
    OutageFacts,
    correct_grant,
    correct_outage,
    grant_support,
    record_outage,
)

__all__ = [
    "AMENDABLE",
    "GrantFacts",
    "InstitutionData",
    "OutageFacts",
    "Source",
    "TargetFigure",
    "accept_institution_invitation",
    "adopt_amendment",
    "answer_amendment",
    "ask_ruling",
    "correct_grant",
    "correct_outage",
    "drop_amendment",
    "end_place",
    "enter_phase",
    "freeze_proposals",
    "give_ruling",
    "grant_support",
    "invite_institution",
    "move_entry",
    "move_proposals",
    "open_proposals",
    "propose_amended_text",
    "propose_amendment",
    "propose_benchmark",
    "propose_target",
    "record_outage",
    "register_consortium",
    "set_entry_deadline",
    "withdraw_proposal",
    "withdraw_question",
]
