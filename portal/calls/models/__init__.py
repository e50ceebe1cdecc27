from portal.calls.models.applications import Application, ApplicationVersion, Consent
from portal.calls.models.calls import CallDeadlineChange, CallInvitation, CallTerms, Requirement
from portal.calls.models.judging import (
    ApplicantNotice,
    ApprovalVote,
    Committee,
    CommitteeInterest,
    EligibilityCheck,
    Judgement,
    Selected,
)

__all__ = [
    "ApplicantNotice",
    "Application",
    "ApplicationVersion",
    "ApprovalVote",
    "CallDeadlineChange",
    "CallInvitation",
    "CallTerms",
    "Committee",
    "CommitteeInterest",
    "Consent",
    "EligibilityCheck",
    "Judgement",
    "Requirement",
    "Selected",
]
