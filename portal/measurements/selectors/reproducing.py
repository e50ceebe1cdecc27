"""Which suites can run a reported figure again, what its run said, and the two sides item by item."""

from typing import NamedTuple

from evaluation.core.answers import AnswersError, read_answers
from evaluation.models import EvaluationRun, Suite, TaskResult
from portal.artifacts.actions import open_blob, open_made
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.errors import ArtifactError
from portal.consortia.models import Entry
from portal.jobs.enums import FINAL, JobState
from portal.measurements.enums import ReproductionState
from portal.measurements.logs import MAX_SAMPLES, LogError, is_samples_of, read_samples
from portal.measurements.models import ReportedFigure, Reproduction
from portal.submissions.enums import Role
from portal.submissions.models import SubmissionItem
from portal.submissions.selectors.handin import current_submission

MOST = 2 << 30  # bytes of unpacked answers; of more, the interval is taken from both standard errors


class Choice(NamedTuple):
    """A suite with a task that measures the same: its name there, and whether the examples shown are as many."""

    suite: Suite
    task: str

    @property
    def key(self) -> str:
        return f"{self.suite.pk}/{self.task}"

    @property
    def label(self) -> str:
        return f"{self.suite}: {self.task}"


def choices_for(figure: ReportedFigure) -> list[Choice]:
    """Suites whose task has this name, here or in the harness, with this metric and as many examples; the newest first."""
    found = []
    for suite in Suite.objects.order_by("name", "-version"):
        found += [Choice(suite, task["name"]) for task in suite.document["tasks"] if _measures(task, figure)]
    return found


def _measures(task: dict[str, object], figure: ReportedFigure) -> bool:
    source = task.get("source")
    names = {task["name"], source.get("task") if isinstance(source, dict) else None}
    shots = task.get("fewshot", 0)
    same_shots = figure.shots is None or shots == figure.shots
    metrics = task["metrics"]
    return figure.task in names and isinstance(metrics, list) and bool(_metric_in(metrics, figure)) and same_shots


def _metric_in(metrics: list[str], figure: ReportedFigure) -> str:
    """The figure's name in a suite, which names the filter where a task has several ("exact_match,strict-match"); or ""."""
    names = (f"{figure.metric},{figure.filter}", figure.metric)
    return next((name for name in names if name in metrics), "")


def _metric_of(row: Reproduction) -> str:
    tasks = row.suite.document["tasks"] if row.suite else ()
    return next((_metric_in(task["metrics"], row.figure) for task in tasks if task["name"] == row.task), "")


def checkpoint_item(entry: Entry) -> SubmissionItem | None:
    """The final checkpoint of the hand-in that counts."""
    submission = current_submission(entry)
    if submission is None or submission.whole_at is None:
        return None
    return submission.items.filter(role=Role.CHECKPOINT, bundle__destroyed_at=None).select_related("bundle").first()


def finished() -> list[Reproduction]:
    """Reproductions whose run has ended and is not taken down yet."""
    rows = Reproduction.objects.filter(state=ReproductionState.RUNNING, run__job__state__in=FINAL)
    return list(rows.select_related("figure__report__log", "draw", "run__job"))


def result_of(row: Reproduction) -> TaskResult | None:
    if row.run is None or row.run.job.state != JobState.SUCCEEDED:
        return None
    return row.run.results.filter(task=row.task, metric=_metric_of(row)).first()


def items_of(row: Reproduction) -> tuple[dict[str, float], dict[str, float]] | None:
    """(reported, reproduced) values by item, where the team handed its samples in; None where either side has none."""
    figure = row.figure
    mine = _reported_items(figure)
    if not mine or row.run is None or row.run.samples is None:
        return None
    return mine, _made_items(row.run, task=row.task, metric=_metric_of(row))


def _reported_items(figure: ReportedFigure) -> dict[str, float]:
    """Items of all runs of the team, each item's mean. Samples that cannot be read count as none: they are no duty."""
    found: dict[str, list[float]] = {}
    files = figure.report.log.files.select_related("blob").order_by("path")
    mine = [file for file in files if is_samples_of(file.path, figure.task)]
    if sum(file.blob.size for file in mine) > MAX_SAMPLES:  # the reconciler reads them, and others wait for it
        return {}
    for file in mine:
        try:
            with open_blob(file.blob, reader="system", purpose=ReadPurpose.BENCHMARK) as stream:
                values = read_samples(stream, metric=figure.metric, kept=figure.filter, name=file.path)
        except LogError:
            return {}
        except ArtifactError as error:
            if error.code != "destroyed":
                raise
            return {}
        for item, value in values.items():
            found.setdefault(item, []).append(value)
    return {item: sum(values) / len(values) for item, values in found.items()}


def _made_items(run: EvaluationRun, *, task: str, metric: str) -> dict[str, float]:
    if run.samples is None:
        return {}
    values: dict[str, float] = {}
    name, _comma, chosen = metric.partition(",")
    with open_made(run.samples) as stream:
        try:
            for row in read_answers(stream, most=MOST):
                value = row.get(name) if chosen in ("", row.get("filter")) else None
                if row["task"] == task and isinstance(value, int | float):
                    values[str(row.get("doc_hash"))] = float(value)
        except AnswersError:
            return {}
    return values
