"""The reconciler step of this app: runs that are due are requested, whoever forgot to."""

from portal.submissions.actions import request_runs
from portal.submissions.enums import State
from portal.submissions.models import Submission

EVALUATED_IN = ("closed", "scoring")  # which version counts is known once receiving has closed


def request_due_runs() -> int:
    """Request the runs of every submission that counts and has none; return how many submissions that were."""
    due = Submission.objects.filter(state=State.SUBMITTED, entry__phase__state__in=EVALUATED_IN, runs__isnull=True)
    return sum(bool(request_runs(submission)) for submission in due)
