from portal.review.models.decisions import Appeal, Decision, Minutes, MinutesAttendance, Notice
from portal.review.models.gates import Answer, Disqualification, GateRuling, Question
from portal.review.models.panels import Assignment, Declaration, DeclaredInterest, Panel, PanelSeat
from portal.review.models.sheets import DraftScore, ScoreSheet, SheetTick, SignedSheet
from portal.review.models.tallies import OutsideResult, Tally

__all__ = [
    "Answer",
    "Appeal",
    "Assignment",
    "Decision",
    "Declaration",
    "DeclaredInterest",
    "Disqualification",
    "DraftScore",
    "GateRuling",
    "Minutes",
    "MinutesAttendance",
    "Notice",
    "OutsideResult",
    "Panel",
    "PanelSeat",
    "Question",
    "ScoreSheet",
    "SheetTick",
    "SignedSheet",
    "Tally",
]
