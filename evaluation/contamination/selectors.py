"""Reads. Who may see a check is decided by the row of an upper layer that holds it."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import get_language

from evaluation.contamination.models import ContaminationRun
from evaluation.models import EvaluationRun, Suite
from portal.jobs.enums import JobState


class TaskOverlap(NamedTuple):
    """One row of the table of overlaps; figures are decimal text, empty where nothing could be compared."""

    suite: str
    task: str
    title: str
    items: int
    compared: int
    flagged: int
    whole: int
    answered: int
    mean_share: str
    p: str
    found: list[dict[str, Any]]


class Gap(NamedTuple):
    """One metric of one reworded task beside the task it rewords."""

    title: str
    reworded: str
    metric: str
    n: int
    original_value: str
    reworded_value: str
    difference: str
    low: str
    high: str
    p: str


def runs_without_gaps() -> list[EvaluationRun]:
    """Whole runs of suites that reword a task, for which nobody has asked yet."""
    suites = [suite.pk for suite in Suite.objects.all() if reworded_in(suite)]
    rows = EvaluationRun.objects.filter(
        suite__in=suites, paraphrase=None, job__state=JobState.SUCCEEDED, samples__isnull=False
    )
    return list(rows.select_related("suite", "bundle").order_by("created"))


def reworded_in(suite: Suite) -> dict[str, str]:
    """Each task that says another one's items in other words, with that one."""
    return {task["name"]: task["paraphrase_of"] for task in suite.document["tasks"] if task.get("paraphrase_of")}


def overlap_rows(run: ContaminationRun) -> list[TaskOverlap]:
    """The table of a finished check, with the titles of the suites in the reader's language."""
    if run.report is None:
        return []
    titles = _titles([row["name"] for row in run.plan["suites"]])
    return [
        TaskOverlap(title=titles.get((row["suite"], row["task"]), row["task"]), **_fields(row))
        for row in run.report["tasks"]
    ]


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in TaskOverlap._fields if name != "title"}


def _titles(names: list[str]) -> dict[tuple[str, str], str]:
    language = "en" if get_language() == "en" else "ko"
    suites: QuerySet[Suite] = Suite.objects.filter(name__in=names)
    return {(str(suite), task["name"]): task["title"][language] for suite in suites for task in suite.document["tasks"]}


def gaps_of(run: EvaluationRun) -> list[Gap]:
    """What rewording cost this run; empty while it is not measured or the suite rewords nothing."""
    found = getattr(run, "paraphrase", None)
    if found is None or found.report is None:
        return []
    language = "en" if get_language() == "en" else "ko"
    titles = {task["name"]: task["title"][language] for task in run.suite.document["tasks"]}
    return [
        Gap(
            title=titles[row["original"]], reworded=titles[row["task"]], **{name: row[name] for name in Gap._fields[2:]}
        )
        for row in found.report["gaps"]
    ]
