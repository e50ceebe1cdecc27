"""A run and the hand-in it belongs to, and which of its tasks are of private suites."""

from uuid import UUID

from evaluation.models import EvaluationRun
from portal.submissions.models import Submission, SubmissionRun, TrajectoryRun

PRIVATE = "private"


def run_named(benchmark: UUID) -> EvaluationRun | None:
    return EvaluationRun.objects.select_related("suite", "bundle", "job", "samples").filter(pk=benchmark).first()


def row_of(run: EvaluationRun) -> SubmissionRun | None:
    rows = SubmissionRun.objects.select_related("submission__entry__phase__programme", "submission__entry__consortium")
    return rows.filter(benchmark=run).first()


def submission_of(run: EvaluationRun) -> Submission | None:
    """The hand-in whose run it is, or whose training it shows; None for one that no hand-in asked for."""
    row = row_of(run)
    if row is not None:
        return row.submission
    rows = TrajectoryRun.objects.select_related("submission__entry__phase__programme", "submission__entry__consortium")
    found = rows.filter(run=run).first()
    return found.submission if found else None


def tasks_of(run: EvaluationRun, *, private: bool) -> set[str]:
    """The names of the suite's tasks whose items are private, or of those whose items are public."""
    tasks = run.suite.document["tasks"]
    return {task["name"] for task in tasks if (task["source"].get("kind") == PRIVATE) == private}
