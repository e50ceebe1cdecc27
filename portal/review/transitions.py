"""Every state machine of reviewing as a table of (event, source, target, by, needs_reason). No Django.

`by` names roles; a team's own acts are also bound to membership by the action that carries them out.
"""

from portal.common.transitions import Transition
from portal.review.enums import (
    AppealState,
    DecisionState,
    DeclarationState,
    DisqualificationState,
    DrawState,
    InvitationState,
    NamingState,
    RecusalState,
    SheetState,
    VerificationState,
)

REVIEWER = frozenset({"reviewer"})
OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
TEAM = frozenset({"team"})
STAFF = OFFICER | DECIDER

DECLARATION = (
    Transition("declare_clear", DeclarationState.MISSING, DeclarationState.CLEAR, REVIEWER),
    Transition("declare_interest", DeclarationState.MISSING, DeclarationState.DECLARED, REVIEWER),
    Transition("declare_interest", DeclarationState.CLEAR, DeclarationState.DECLARED, REVIEWER),
    Transition("declare_interest", DeclarationState.ALLOWED, DeclarationState.DECLARED, REVIEWER),
    Transition("ask_to_withdraw", DeclarationState.CLEAR, DeclarationState.DECLARED, REVIEWER, needs_reason=True),
    Transition("ask_to_withdraw", DeclarationState.ALLOWED, DeclarationState.DECLARED, REVIEWER, needs_reason=True),
    Transition("allow", DeclarationState.DECLARED, DeclarationState.ALLOWED, OFFICER, needs_reason=True),
    Transition("recuse", DeclarationState.MISSING, DeclarationState.RECUSED, OFFICER, needs_reason=True),
    Transition("recuse", DeclarationState.CLEAR, DeclarationState.RECUSED, OFFICER, needs_reason=True),
    Transition("recuse", DeclarationState.DECLARED, DeclarationState.RECUSED, OFFICER, needs_reason=True),
    Transition("recuse", DeclarationState.ALLOWED, DeclarationState.RECUSED, OFFICER, needs_reason=True),
)

INVITATION = (
    Transition("accept", InvitationState.INVITED, InvitationState.ACCEPTED, REVIEWER),
    Transition("decline", InvitationState.INVITED, InvitationState.DECLINED, REVIEWER),
    Transition("renew", InvitationState.INVITED, InvitationState.INVITED, OFFICER),
    Transition("revoke", InvitationState.INVITED, InvitationState.REVOKED, OFFICER, needs_reason=True),
)

RECUSAL = (
    Transition("grant", RecusalState.LODGED, RecusalState.GRANTED, OFFICER, needs_reason=True),
    Transition("refuse", RecusalState.LODGED, RecusalState.REFUSED, OFFICER, needs_reason=True),
    Transition("take_back", RecusalState.LODGED, RecusalState.TAKEN_BACK, TEAM),
)

NAMING = (
    Transition("uphold", NamingState.NAMED, NamingState.UPHELD, OFFICER, needs_reason=True),
    Transition("dismiss", NamingState.NAMED, NamingState.DISMISSED, OFFICER, needs_reason=True),
)

DRAW = (
    Transition("commit", DrawState.DRAFTED, DrawState.COMMITTED, OFFICER),
    Transition("close_pool", DrawState.COMMITTED, DrawState.CLOSED, OFFICER),
    Transition("draw", DrawState.CLOSED, DrawState.DRAWN, OFFICER),
    Transition("void", DrawState.DRAFTED, DrawState.VOID, OFFICER, needs_reason=True),
    Transition("void", DrawState.COMMITTED, DrawState.VOID, OFFICER, needs_reason=True),
    Transition("void", DrawState.CLOSED, DrawState.VOID, OFFICER, needs_reason=True),
    Transition("void", DrawState.DRAWN, DrawState.VOID, OFFICER, needs_reason=True),
)

SHEET = (
    Transition("sign", SheetState.DRAFT, SheetState.SIGNED, REVIEWER),
    Transition("withdraw_signature", SheetState.SIGNED, SheetState.DRAFT, REVIEWER, needs_reason=True),
    Transition("seal", SheetState.SIGNED, SheetState.SEALED, OFFICER),
    Transition("void", SheetState.DRAFT, SheetState.VOID, OFFICER, needs_reason=True),
    Transition("void", SheetState.SIGNED, SheetState.VOID, OFFICER, needs_reason=True),
    Transition("void", SheetState.SEALED, SheetState.VOID, OFFICER, needs_reason=True),
)

DISQUALIFICATION = (
    Transition("notify", DisqualificationState.RAISED, DisqualificationState.NOTIFIED, OFFICER),
    Transition("reply", DisqualificationState.NOTIFIED, DisqualificationState.REPLIED, TEAM),
    Transition("lapse", DisqualificationState.NOTIFIED, DisqualificationState.LAPSED, OFFICER),
    Transition("uphold", DisqualificationState.REPLIED, DisqualificationState.UPHELD, STAFF, needs_reason=True),
    Transition("uphold", DisqualificationState.LAPSED, DisqualificationState.UPHELD, STAFF, needs_reason=True),
    Transition("drop", DisqualificationState.REPLIED, DisqualificationState.DROPPED, STAFF, needs_reason=True),
    Transition("drop", DisqualificationState.LAPSED, DisqualificationState.DROPPED, STAFF, needs_reason=True),
    # only while the entry is evaluated again: an upheld objection took the ground away
    Transition("overturn", DisqualificationState.UPHELD, DisqualificationState.OVERTURNED, STAFF, needs_reason=True),
)

# Additional verification holds the verdict on one entry while the phase goes on.
VERIFICATION = (
    Transition("release", VerificationState.OPEN, VerificationState.RELEASED, OFFICER, needs_reason=True),
    Transition("conclude", VerificationState.OPEN, VerificationState.CONCLUDED, OFFICER),
)

DECISION = (
    Transition("endorse", DecisionState.DRAFTED, DecisionState.ENDORSED, OFFICER),
    Transition("discard", DecisionState.DRAFTED, DecisionState.DISCARDED, OFFICER, needs_reason=True),
    Transition("return", DecisionState.ENDORSED, DecisionState.DRAFTED, DECIDER, needs_reason=True),
    Transition("approve", DecisionState.ENDORSED, DecisionState.APPROVED, DECIDER),
    Transition("notify", DecisionState.APPROVED, DecisionState.NOTIFIED, OFFICER),
    Transition("finalise", DecisionState.NOTIFIED, DecisionState.FINAL, STAFF),
    Transition("supersede", DecisionState.NOTIFIED, DecisionState.SUPERSEDED, DECIDER, needs_reason=True),
    Transition("supersede", DecisionState.FINAL, DecisionState.SUPERSEDED, DECIDER, needs_reason=True),
    # 집행정지, 선정 취소: later decisions that concern this one
    Transition("stay", DecisionState.NOTIFIED, DecisionState.STAYED, DECIDER, needs_reason=True),
    Transition("stay", DecisionState.FINAL, DecisionState.STAYED, DECIDER, needs_reason=True),
    Transition("lift_stay", DecisionState.STAYED, DecisionState.NOTIFIED, DECIDER, needs_reason=True),
    Transition("annul", DecisionState.NOTIFIED, DecisionState.ANNULLED, DECIDER, needs_reason=True),
    Transition("annul", DecisionState.FINAL, DecisionState.ANNULLED, DECIDER, needs_reason=True),
    Transition("annul", DecisionState.STAYED, DecisionState.ANNULLED, DECIDER, needs_reason=True),
)

APPEAL = (
    Transition("admit", AppealState.LODGED, AppealState.ADMITTED, OFFICER, needs_reason=True),
    Transition("refuse", AppealState.LODGED, AppealState.INADMISSIBLE, OFFICER, needs_reason=True),
    Transition("uphold", AppealState.ADMITTED, AppealState.UPHELD, DECIDER, needs_reason=True),
    Transition("dismiss", AppealState.ADMITTED, AppealState.DISMISSED, DECIDER, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {
    "declaration": DECLARATION,
    "invitation": INVITATION,
    "recusal": RECUSAL,
    "naming": NAMING,
    "draw": DRAW,
    "sheet": SHEET,
    "disqualification": DISQUALIFICATION,
    "verification": VERIFICATION,
    "decision": DECISION,
    "appeal": APPEAL,
}
