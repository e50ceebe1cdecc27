"""The reconciler steps of this app: what is due is done, whoever forgot to."""

from django.db.models import Exists, OuterRef

from portal.jobs.steps import each_apart
from portal.submissions import actions
from portal.submissions.enums import State
from portal.submissions.models import Submission, TrajectoryRun

EVALUATED_IN = ("closed", "scoring")  # which version counts is known once receiving has closed


def settle_outstanding() -> int:
    """Let versions count whose bytes have come, and lapse those whose bytes are overdue."""
    return actions.settle_outstanding()


def request_due_runs() -> int:
    """Request the runs of every submission that counts and has none; return how many submissions that were.

    While a later version of the entry waits for its bytes it is not certain which one counts.
    """
    later = Submission.objects.filter(entry=OuterRef("entry"), version__gt=OuterRef("version"), state=State.AWAITING)
    due = Submission.objects.filter(state=State.SUBMITTED, entry__phase__state__in=EVALUATED_IN, runs__isnull=True)
    return each_apart(due.exclude(Exists(later)), actions.request_runs)


def hand_over_scores() -> int:
    """Make the findings on a training run again with the benchmarks of its checkpoints; return how many runs that were."""
    open_rows = TrajectoryRun.objects.filter(handed_over=False)
    return each_apart(Submission.objects.filter(pk__in=open_rows.values("submission")), actions.hand_over_scores)
