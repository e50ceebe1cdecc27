from portal.review.policies.querysets import visible_to
from portal.review.policies.rules import oversees_phase, runs_phase, view
from portal.review.policies.table import STAGES, VISIBILITY, Audience, Subject, audiences_for

__all__ = [
    "STAGES",
    "VISIBILITY",
    "Audience",
    "Subject",
    "audiences_for",
    "oversees_phase",
    "runs_phase",
    "view",
    "visible_to",
]
