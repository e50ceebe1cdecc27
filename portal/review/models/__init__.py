from portal.review.models.decisions import Appeal, Decision, Minutes, MinutesAttendance, Notice
from portal.review.models.draws import Candidate, CandidateAttributes, Draw, DrawCell, DrawnPlace
from portal.review.models.gates import (
    Answer,
    Disqualification,
    GateRuling,
    Question,
    Verification,
    VerificationEvidence,
)
from portal.review.models.invitations import PanelInvitation
from portal.review.models.outside import OutsideDocument, OutsideResult
from portal.review.models.panels import Assignment, Declaration, DeclaredInterest, Panel, PanelSeat
from portal.review.models.recusals import RecusalRequest, UnsuitableNaming
from portal.review.models.sheets import DraftScore, ScoreSheet, SheetTick, SignedSheet
from portal.review.models.tallies import Tally

__all__ = [
    "Answer",
    "Appeal",
    "Assignment",
    "Candidate",
    "CandidateAttributes",
    "Decision",
    "Declaration",
    "DeclaredInterest",
    "Disqualification",
    "DraftScore",
    "Draw",
    "DrawCell",
    "DrawnPlace",
    "GateRuling",
    "Minutes",
    "MinutesAttendance",
    "Notice",
    "OutsideDocument",
    "OutsideResult",
    "Panel",
    "PanelInvitation",
    "PanelSeat",
    "Question",
    "RecusalRequest",
    "ScoreSheet",
    "SheetTick",
    "SignedSheet",
    "Tally",
    "UnsuitableNaming",
    "Verification",
    "VerificationEvidence",
]
