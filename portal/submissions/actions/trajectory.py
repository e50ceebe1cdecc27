"""Benchmarks of the checkpoints of a training run: asked for with the other runs, handed over when all of them are done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from evaluation.actions import request_run
from evaluation.errors import UnknownSuiteError
from evaluation.selectors import find_suite
from originality.actions import Checkpoint, add_scores
from originality.core.trace.measures import Score
from portal.jobs.enums import JobState
from portal.submissions.enums import RunKind
from portal.submissions.models import Submission, SubmissionRun, TrajectoryRun

FEWEST = 4  # checkpoints: fewer make no trajectory
MOST = 16  # evenly over the run, the first and the last among them
ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


def request_trajectory(submission: Submission, chain: Sequence[Checkpoint], *, actor: str) -> list[TrajectoryRun]:
    """Ask for the small suite on checkpoints of the run, where there are enough of them and the suite is loaded."""
    stepped = sorted((row for row in chain if row.step is not None), key=lambda row: row.step or 0)
    if len(stepped) < FEWEST:
        return []
    try:
        suite = find_suite(settings.ORIGINALITY_TRAJECTORY_SUITE)
    except UnknownSuiteError:  # an installation without it: the check says that nothing is shown
        return []
    rows = []
    for row in _spread(stepped):
        key = f"submission:{submission.pk}:trajectory:{row.bundle.digest}"
        run = request_run(row.bundle, suite=suite, key=key, actor=actor)
        rows.append(TrajectoryRun(submission=submission, run=run, step=row.step or 0))
    return TrajectoryRun.objects.bulk_create(rows)


def _spread(rows: Sequence[Checkpoint]) -> list[Checkpoint]:
    if len(rows) <= MOST:
        return list(rows)
    return [rows[round(number * (len(rows) - 1) / (MOST - 1))] for number in range(MOST)]


@transaction.atomic
def hand_over_scores(submission: Submission) -> bool:
    """Give the findings the scores once no run of the trajectory is open; those that failed are simply not among them."""
    rows = list(submission.trajectory.select_for_update(of=("self",)).select_related("run__job", "run__bundle"))
    trace = SubmissionRun.objects.filter(submission=submission, kind=RunKind.TRACE).select_related("trace").first()
    waiting = [row for row in rows if row.run.job.state not in ENDED]
    if trace is None or trace.trace is None or waiting or all(row.handed_over for row in rows):
        return False
    if scores := [score for row in rows for score in _scores(row)]:
        add_scores(trace.trace, scores=scores)
    submission.trajectory.update(handed_over=True)
    return True


def _scores(row: TrajectoryRun) -> list[dict[str, Any]]:
    """Figures of shares: a metric of another kind is no score between 0 and 1 and is left out."""
    found = []
    for result in row.run.results.all():
        value = Decimal(result.value)
        if result.higher_is_better and 0 <= value <= 1 and result.stderr:
            score = Score(
                digest=row.run.bundle.digest,
                step=row.step,
                task=result.task,
                metric=result.metric,
                value=float(value),
                stderr=float(result.stderr),
            )
            found.append(score._asdict())
    return found
