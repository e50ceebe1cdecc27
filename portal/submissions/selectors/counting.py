"""Which run of a suite counts: the earliest that is whole and was not set aside. A rerun alone never changes a figure."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from evaluation.models import EvaluationRun
from evaluation.selectors import is_rankable
from portal.submissions.enums import RunKind, Standing
from portal.submissions.models import Submission, SubmissionRun


class Standings(NamedTuple):
    """The runs of one suite on one submission, oldest first, each with how it stands."""

    suite: str
    rows: list[tuple[SubmissionRun, Standing]]

    @property
    def counting(self) -> SubmissionRun | None:
        return next((row for row, standing in self.rows if standing == Standing.COUNTS), None)


def benchmark_rows(submission: Submission) -> QuerySet[SubmissionRun]:
    rows = submission.runs.filter(kind=RunKind.BENCHMARK).order_by("pk")
    return rows.select_related("submission__entry__phase", "benchmark__suite", "benchmark__bundle", "benchmark__job")


def standings_of(submission: Submission) -> list[Standings]:
    """Every suite that was asked for, in the order in which it was first."""
    by_suite: dict[str, list[SubmissionRun]] = {}
    for row in benchmark_rows(submission):
        by_suite.setdefault(str(run_of(row).suite), []).append(row)
    return [Standings(suite, _standings(rows)) for suite, rows in by_suite.items()]


def _standings(rows: Iterable[SubmissionRun]) -> list[tuple[SubmissionRun, Standing]]:
    found: list[tuple[SubmissionRun, Standing]] = []
    counted = False
    for row in rows:
        standing = _standing(row, counted=counted)
        counted = counted or standing == Standing.COUNTS
        found.append((row, standing))
    return found


def _standing(row: SubmissionRun, *, counted: bool) -> Standing:
    if row.set_aside_at is not None:
        return Standing.SET_ASIDE
    if not row.job.is_final:
        return Standing.OPEN
    if not is_rankable(run_of(row)):
        return Standing.NOT_WHOLE
    return Standing.CHECK if counted else Standing.COUNTS


def standing_of(row: SubmissionRun) -> Standings:
    """The runs of the same suite on the same submission as `row`, which is one of them."""
    suite = str(run_of(row).suite)
    return next(found for found in standings_of(row.submission) if found.suite == suite)


def counting_runs(submission: Submission) -> list[EvaluationRun]:
    """One run of each suite at most: those whose figures go into the tally, the release and comparisons."""
    rows = (found.counting for found in standings_of(submission))
    return [run_of(row) for row in rows if row is not None]


def run_of(row: SubmissionRun) -> EvaluationRun:
    """The benchmark behind the row; a constraint holds that a row of this kind has one."""
    if row.benchmark is None:
        raise EvaluationRun.DoesNotExist(f"{row} is no benchmark")
    return row.benchmark
