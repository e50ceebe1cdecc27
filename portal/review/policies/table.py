"""Who may see what at which stage: one table, sets and not levels; a missing key means nobody. No Django."""

from enum import StrEnum


class Subject(StrEnum):
    EVIDENCE = "evidence"
    SIDE_BY_SIDE = "side_by_side"
    DECLARATION = "declaration"
    NAMING = "naming"
    RECUSAL = "recusal"
    SHEET = "sheet"
    COMPLETION = "completion"
    QUESTION = "question"
    DISQUALIFICATION = "disqualification"
    VERIFICATION = "verification"
    OUTSIDE_RESULT = "outside_result"
    TALLY = "tally"
    MINUTES = "minutes"
    DECISION = "decision"
    OWN_RESULT = "own_result"
    NOTICE = "notice"
    APPEAL = "appeal"


class Audience(StrEnum):
    SHEET_OWNER = "sheet_owner"
    APPEAL_PANEL = "appeal_panel"
    PANEL_CHAIR = "panel_chair"
    PANEL_MEMBER = "panel_member"
    SECRETARIAT = "secretariat"
    DECISION_MAKER = "decision_maker"
    OWN_CONSORTIUM = "own_consortium"
    OTHER_CONSORTIA = "other_consortia"
    AUDITOR = "auditor"
    PUBLIC = "public"


STAGES = (
    "drafted",
    "rules_frozen",
    "receiving",
    "closed",
    "scoring",
    "sealed",
    "tallied",
    "decided",
    "notified",
    "objection",
    "final",
    "archived",
)

_A = Audience
_STAFF = frozenset({_A.SECRETARIAT, _A.DECISION_MAKER, _A.AUDITOR})
_PANEL = frozenset({_A.PANEL_CHAIR, _A.PANEL_MEMBER})

# (subject, first stage, last stage, who). Rows of one subject add up.
SPANS: tuple[tuple[Subject, str, str, frozenset[Audience]], ...] = (
    (Subject.EVIDENCE, "closed", "archived", _STAFF | _PANEL),
    # evidence of rivals in one drawing: until the seal every entry is scored on its own
    (Subject.SIDE_BY_SIDE, "sealed", "archived", _STAFF | _PANEL),
    (Subject.DECLARATION, "drafted", "archived", frozenset({_A.SHEET_OWNER, _A.SECRETARIAT, _A.AUDITOR})),
    (Subject.NAMING, "rules_frozen", "archived", frozenset({_A.SECRETARIAT, _A.AUDITOR, _A.OWN_CONSORTIUM})),
    (Subject.RECUSAL, "rules_frozen", "archived", frozenset({_A.SECRETARIAT, _A.AUDITOR, _A.OWN_CONSORTIUM})),
    (Subject.SHEET, "scoring", "archived", frozenset({_A.SHEET_OWNER})),
    (Subject.SHEET, "sealed", "archived", _STAFF | {_A.PANEL_CHAIR}),
    (Subject.COMPLETION, "scoring", "archived", _STAFF | {_A.PANEL_CHAIR}),
    (Subject.QUESTION, "receiving", "archived", _STAFF | _PANEL | {_A.OWN_CONSORTIUM}),
    (Subject.DISQUALIFICATION, "receiving", "archived", _STAFF | _PANEL | {_A.OWN_CONSORTIUM}),
    (Subject.VERIFICATION, "closed", "archived", _STAFF | _PANEL | {_A.OWN_CONSORTIUM}),
    (Subject.OUTSIDE_RESULT, "sealed", "archived", _STAFF),
    (Subject.TALLY, "tallied", "archived", _STAFF | {_A.PANEL_CHAIR}),
    (Subject.MINUTES, "drafted", "archived", _STAFF),  # a committee judges a call before its phase receives
    (Subject.MINUTES, "closed", "archived", frozenset({_A.PANEL_CHAIR})),
    (Subject.DECISION, "drafted", "archived", _STAFF),  # on entries there is none before the tally
    (Subject.DECISION, "notified", "archived", frozenset({_A.OWN_CONSORTIUM})),
    (Subject.OWN_RESULT, "notified", "archived", _STAFF | {_A.OWN_CONSORTIUM}),
    (Subject.NOTICE, "receiving", "archived", _STAFF | {_A.OWN_CONSORTIUM}),
    (Subject.APPEAL, "notified", "archived", _STAFF | {_A.OWN_CONSORTIUM}),
    # the disjoint panel that an objection was referred to, for the entry concerned alone
    (Subject.APPEAL, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
    (Subject.DECISION, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
    (Subject.OWN_RESULT, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
    (Subject.EVIDENCE, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
    (Subject.QUESTION, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
    (Subject.DISQUALIFICATION, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
    (Subject.VERIFICATION, "notified", "archived", frozenset({_A.APPEAL_PANEL})),
)


def _expanded() -> dict[tuple[Subject, str], frozenset[Audience]]:
    table: dict[tuple[Subject, str], frozenset[Audience]] = {}
    for subject, first, last, audiences in SPANS:
        for stage in STAGES[STAGES.index(first) : STAGES.index(last) + 1]:
            table[subject, stage] = table.get((subject, stage), frozenset()) | audiences
    return table


VISIBILITY = _expanded()


def audiences_for(subject: Subject, stage: str) -> frozenset[Audience]:
    return VISIBILITY.get((subject, stage), frozenset())
