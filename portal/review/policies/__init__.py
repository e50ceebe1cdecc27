from portal.review.policies.querysets import visible_to
from portal.review.policies.rules import view
from portal.review.policies.table import STAGES, VISIBILITY, Audience, Subject, audiences_for

__all__ = ["STAGES", "VISIBILITY", "Audience", "Subject", "audiences_for", "view", "visible_to"]
