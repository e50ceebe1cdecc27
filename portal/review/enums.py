"""The closed vocabularies of reviewing: states, outcomes, grounds, and what the ledger calls each act. No Django."""

from enum import StrEnum


class PanelKind(StrEnum):
    EXPERT = "expert"
    USER = "user"
    PUBLIC = "public"
    COMMITTEE = "committee"
    APPEAL = "appeal"


class SeatKind(StrEnum):
    CHAIR = "chair"
    REGULAR = "regular"
    ALTERNATE = "alternate"


class DeclarationState(StrEnum):
    MISSING = "missing"
    CLEAR = "clear"
    DECLARED = "declared"
    ALLOWED = "allowed"
    RECUSED = "recused"


class RecusalGround(StrEnum):
    """제척, 기피, 회피: by law, on a party's challenge, by one's own wish."""

    EXCLUSION = "exclusion"
    CHALLENGE = "challenge"
    WITHDRAWAL = "withdrawal"


class InvitationState(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class RecusalState(StrEnum):
    """A request that somebody judge no more: by a party (기피) or by the member (회피)."""

    LODGED = "lodged"
    GRANTED = "granted"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class NamingState(StrEnum):
    """A party's word, before anybody is seated, that a person would be unsuitable."""

    NAMED = "named"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class DrawState(StrEnum):
    DRAFTED = "drafted"
    COMMITTED = "committed"
    CLOSED = "closed"
    DRAWN = "drawn"
    VOID = "void"


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class SheetState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    SEALED = "sealed"
    VOID = "void"


class DisqualificationState(StrEnum):
    RAISED = "raised"
    NOTIFIED = "notified"
    REPLIED = "replied"
    LAPSED = "lapsed"
    UPHELD = "upheld"
    DROPPED = "dropped"
    OVERTURNED = "overturned"


class VerificationState(StrEnum):
    OPEN = "open"
    RELEASED = "released"
    CONCLUDED = "concluded"


class GateVerdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"


class MissingReport(StrEnum):
    """Why an entry whose checkpoint was handed in has no finished originality report."""

    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_REQUESTED = "not_requested"


class Outcome(StrEnum):
    ADVANCE = "advance"
    CUT = "cut"
    DISQUALIFY = "disqualify"
    VACATE_SEAT = "vacate_seat"
    SELECT = "select"
    SELECT_NONE = "select_none"
    RE_EVALUATE = "re_evaluate"
    ANNUL = "annul"
    STAY = "stay"
    LIFT_STAY = "lift_stay"


class Basis(StrEnum):
    RANK = "rank"
    GATE = "gate"
    VOTE = "vote"
    APPEAL = "appeal"
    FINDING = "finding"
    COURT = "court"


class DecisionState(StrEnum):
    DRAFTED = "drafted"
    ENDORSED = "endorsed"
    APPROVED = "approved"
    NOTIFIED = "notified"
    FINAL = "final"
    STAYED = "stayed"
    ANNULLED = "annulled"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class AppealState(StrEnum):
    LODGED = "lodged"
    ADMITTED = "admitted"
    INADMISSIBLE = "inadmissible"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class AppealGround(StrEnum):
    EVALUATOR_ERROR = "evaluator_error"
    MISREADING = "misreading"
    ADMINISTRATIVE_ERROR = "administrative_error"
    OTHER = "other"


class NoticeKind(StrEnum):
    RESULT = "result"
    DISQUALIFICATION = "disqualification"
    QUESTION = "question"
    APPEAL = "appeal"
    VERIFICATION = "verification"


class AuditAction(StrEnum):
    PANEL_CREATED = "panel.created"
    PANEL_BLINDED = "panel.blinded"
    SEAT_FILLED = "seat.filled"
    SEAT_CALLED_UP = "seat.called_up"
    ROSTER_OPENED = "panel.roster_opened"
    PANEL_INVITED = "panel.invited"
    PANEL_INVITATION_MOVED = "panel.invitation_moved"
    RECUSAL_LODGED = "recusal.lodged"
    RECUSAL_RULED = "recusal.ruled"
    UNSUITABLE_NAMED = "unsuitable.named"
    UNSUITABLE_RULED = "unsuitable.ruled"
    DRAW_DRAFTED = "draw.drafted"
    DRAW_POOL_CHANGED = "draw.pool_changed"
    DRAW_MOVED = "draw.moved"
    DECLARATION_MADE = "declaration.made"
    DECLARATION_RULED = "declaration.ruled"
    SHEET_ASSIGNED = "sheet.assigned"
    SHEET_SAVED = "sheet.saved"
    SHEET_SIGNED = "sheet.signed"
    SHEET_SIGNATURE_WITHDRAWN = "sheet.signature_withdrawn"
    SHEET_VOIDED = "sheet.voided"
    PHASE_SHEETS_SEALED = "sheet.all_sealed"
    OUTSIDE_DOCUMENT_KEPT = "outside_document.kept"
    OUTSIDE_RESULT_ENTERED = "outside_result.entered"
    OUTSIDE_RESULT_CONFIRMED = "outside_result.confirmed"
    TALLY_TAKEN = "tally.taken"
    QUESTION_ASKED = "question.asked"
    QUESTION_ANSWERED = "question.answered"
    GATE_RULED = "gate.ruled"
    DISQUALIFICATION_RAISED = "disqualification.raised"
    DISQUALIFICATION_JOINED = "disqualification.joined"
    DISQUALIFICATION_NOTIFIED = "disqualification.notified"
    DISQUALIFICATION_REPLIED = "disqualification.replied"
    DISQUALIFICATION_LAPSED = "disqualification.lapsed"
    DISQUALIFICATION_RULED = "disqualification.ruled"
    MINUTES_RECORDED = "minutes.recorded"
    DECISION_DRAFTED = "decision.drafted"
    DECISION_MOVED = "decision.moved"
    NOTICE_SENT = "notice.sent"
    NOTICE_READ = "notice.read"
    APPEAL_LODGED = "appeal.lodged"
    APPEAL_MOVED = "appeal.moved"
    APPEAL_REFERRED = "appeal.referred"
    VERIFICATION_OPENED = "verification.opened"
    VERIFICATION_EVIDENCE_ADDED = "verification.evidence_added"
    VERIFICATION_MOVED = "verification.moved"
    VACANCY_RECORDED = "vacancy.recorded"
