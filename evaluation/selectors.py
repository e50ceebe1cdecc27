"""Reads. Who may see a run is decided by the row of an upper layer that holds it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import get_language

from evaluation.errors import UnknownSuiteError
from evaluation.models import EvaluationRun, RunPart, Suite, TaskResult, TaskUsage
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.selectors import explain, why_waiting

HOUR = Decimal(3600)


class RunState(NamedTuple):
    """`waiting` answers "why is nothing happening?", `error` says what a team can put right; both may be empty."""

    state: str
    waiting: str
    error: str
    progress: dict[str, Any]


class ResultRow(NamedTuple):
    """One line of the table of results. `chance` is what guessing among the answers gives, as text; "" where there is none."""

    title: str
    task: str
    version: int
    metric: str
    value: str
    stderr: str
    n: int
    higher_is_better: bool
    chance: str


class Cost(NamedTuple):
    """What the measured attempts took; what it costs is their hours times a price that the portal does not know.

    `hours` are on the clock and `card_hours` are those times the cards held, in decimal text; `hardware` names the machines.
    """

    hours: str
    card_hours: str
    cards: int
    hardware: str


def find_suite(reference: str) -> Suite:
    """Return the suite that a rule set calls NAME/VERSION."""
    name, _, version = reference.partition("/")
    suite = Suite.objects.filter(name=name, version=int(version)).first() if version.isdecimal() else None
    if suite is None:
        raise UnknownSuiteError(reference, [str(known) for known in Suite.objects.all()])
    return suite


def run_state(run: EvaluationRun) -> RunState:
    """Derive how a run stands from its job."""
    return RunState(run.job.state, why_waiting(run.job), explain(run.job), run.job.progress)


def parts_of(run: EvaluationRun) -> QuerySet[RunPart]:
    """Return the task groups in the order of the suite, each with its job."""
    return run.parts.select_related("job", "samples", "raw").order_by("id")


def jobs_of(run: EvaluationRun) -> list[Job]:
    """Return the jobs that make the run: one for each group, and the one that joins them where there are several."""
    jobs = [part.job for part in parts_of(run)]
    return jobs if run.job in jobs else [*jobs, run.job]


def usage_of(run: EvaluationRun) -> list[TaskUsage]:
    """Return what each task took, in the order of the suite."""
    places = _places(run)
    return sorted(run.usage.all(), key=lambda row: places.get(row.task, len(places)))


def cost_of(run: EvaluationRun) -> Cost | None:
    """Return what the run took on its machines; None before anything was measured."""
    parts = [part for part in parts_of(run) if part.seconds]
    if not parts:
        return None
    hours = sum((Decimal(part.seconds) for part in parts), Decimal(0)) / HOUR
    card_hours = sum((Decimal(part.seconds) * part.cards for part in parts), Decimal(0)) / HOUR
    hardware = dict.fromkeys(part.seen["hardware"] for part in parts if part.seen)
    most = max(part.cards for part in parts)
    return Cost(_text(hours), _text(card_hours), most, "; ".join(hardware))


def _text(hours: Decimal) -> str:
    return format(hours.quantize(Decimal("0.0001")), "f")


def results_of(run: EvaluationRun) -> list[TaskResult]:
    """Return the raw figures in the order of the suite."""
    places = _places(run)
    return sorted(run.results.order_by("id"), key=lambda row: places.get(row.task, len(places)))


def _places(run: EvaluationRun) -> dict[str, int]:
    return {task["name"]: place for place, task in enumerate(run.suite.document["tasks"])}


def is_rankable(run: EvaluationRun) -> bool:
    """Tell whether the figures may count: finished, without a limit, and with every metric the suite asks for."""
    if run.limit is not None or run.job.state != JobState.SUCCEEDED:
        return False
    wanted = {(task["name"], metric) for task in run.suite.document["tasks"] for metric in task["metrics"]}
    return wanted == set(run.results.values_list("task", "metric"))


def result_rows(run: EvaluationRun) -> list[ResultRow]:
    """Return the table of results with the titles of the suite in the reader's language."""
    language = "en" if get_language() == "en" else "ko"
    tasks = {task["name"]: task for task in run.suite.document["tasks"]}
    return [
        ResultRow(
            title=tasks[row.task]["title"][language],
            task=row.task,
            version=tasks[row.task]["version"],
            metric=row.metric,
            value=row.value,
            stderr=row.stderr,
            n=row.n,
            higher_is_better=row.higher_is_better,
            chance=chance_of(tasks[row.task], row.metric),
        )
        for row in results_of(run)
    ]


def chance_of(task: Mapping[str, Any], metric: str) -> str:
    """Return the accuracy of guessing: as the suite says it, else one divided by the number of answers offered.

    >>> chance_of({"form": "labels", "labels": {"a": "A", "b": "B", "c": "C"}}, "acc")
    '0.3333'
    """
    if not metric.startswith("acc"):
        return ""
    if "chance" in task:
        return format(round(Decimal(task["chance"]), 4), "f")
    if task["form"] not in {"labels", "pair", "correction"}:
        return ""
    answers = len(task["labels"]) if task["form"] == "labels" else 2
    return format(round(Decimal(1) / answers, 4), "f")
