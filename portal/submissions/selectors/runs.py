"""Runs as the team and the panel see them: state, progress, the answer to "why is this waiting?", and the result."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from evaluation.contamination.models import ContaminationRun
from evaluation.models import EvaluationRun
from originality.models import CodeRun, OriginalityRun, TraceRun
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.selectors import explain, why_waiting
from portal.submissions.enums import RunKind
from portal.submissions.models import Submission, SubmissionRun

TONES = {
    JobState.QUEUED: "neutral",
    JobState.LEASED: "info",
    JobState.RUNNING: "info",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "danger",
    JobState.CANCELLED: "warning",
}
RESULT_TEMPLATES = {
    RunKind.BENCHMARK: "evaluation/components/results.html",
    RunKind.ORIGINALITY: "originality/components/report.html",
    RunKind.TRACE: "originality/components/trace.html",
    RunKind.CODE: "originality/components/code.html",
    RunKind.CONTAMINATION: "evaluation/components/overlap.html",
}
KINDS = {
    EvaluationRun: RunKind.BENCHMARK,
    OriginalityRun: RunKind.ORIGINALITY,
    TraceRun: RunKind.TRACE,
    CodeRun: RunKind.CODE,
    ContaminationRun: RunKind.CONTAMINATION,
}
AnyRun = EvaluationRun | OriginalityRun | TraceRun | CodeRun | ContaminationRun


class RunStatus(NamedTuple):
    label: str
    tone: str
    explanation: str


class RunDetail(NamedTuple):
    """A run with its state; `template` shows the result and is empty until there is one."""

    row: SubmissionRun
    run: AnyRun
    status: RunStatus
    template: str


def runs_of(submission: Submission) -> list[RunDetail]:
    """Return the submission's runs, oldest first."""
    rows = submission.runs.select_related(
        "benchmark__job", "originality__job", "trace__job", "code__job", "contamination__job"
    )
    return [run_detail(row) for row in rows]


def row_of(run: AnyRun) -> SubmissionRun | None:
    """Return the row through which a run is reached; None for one that no submission asked for."""
    rows = SubmissionRun.objects.filter(**{KINDS[type(run)].value: run})
    return rows.select_related("submission__entry__phase").first()


def run_detail(row: SubmissionRun) -> RunDetail:
    """Describe one run."""
    job = row.job
    template = RESULT_TEMPLATES[RunKind(row.kind)] if _has_result(row.run, job) else ""
    return RunDetail(row, row.run, run_status(job), template)


def _has_result(run: AnyRun, job: Job) -> bool:
    """Findings on a training run stand while they are made again; of a benchmark that failed what was done before is shown."""
    if isinstance(run, EvaluationRun) and job.state == JobState.FAILED:
        return run.results.exists()
    return job.state == JobState.SUCCEEDED or (isinstance(run, TraceRun) and run.report is not None)


def run_status(job: Job) -> RunStatus:
    """Say in one line how a job stands."""
    return RunStatus(
        job.get_state_display(), TONES[JobState(job.state)], why_waiting(job) or explain(job) or _progress(job)
    )


def _progress(job: Job) -> str:
    if job.is_final or not job.progress:
        return ""
    return _("%(done)s of %(total)s: %(note)s") % {"done": "?", "total": "?", "note": "", **job.progress}
