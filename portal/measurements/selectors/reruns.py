"""Runs of one suite on one submission beside each other: which counts, and by how much the others differ."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import get_language

from evaluation.models import EvaluationRun, TaskResult
from portal.submissions.enums import Standing
from portal.submissions.models import SubmissionRun
from portal.submissions.selectors.counting import Standings, run_of


class Cell(NamedTuple):
    """A figure and how far it is from the run that is the measure; "" where there is none or it is that run itself, "0" where
    every digit is equal.
    """

    value: str
    stderr: str
    difference: str


class FigureRow(NamedTuple):
    title: str
    metric: str
    cells: list[Cell]


class Column(NamedTuple):
    row: SubmissionRun
    run: EvaluationRun
    standing: Standing


class Reruns(NamedTuple):
    """`measure` is the run from which differences count: the one that counts, else the first with figures. `same_inputs` says
    whether versions and settings were the same in all of them; `differing` names what was not.
    """

    columns: list[Column]
    measure: EvaluationRun | None
    rows: list[FigureRow]
    differing: list[str]


SETTINGS = ("harness", "libraries", "seeds", "dtype", "batch_size", "max_length", "chat_template", "hardware")


def reruns_of(standings: Standings) -> Reruns:
    columns = [Column(row, run_of(row), standing) for row, standing in standings.rows]
    figures = {column.run.pk: _figures(column.run) for column in columns}
    measure = run_of(standings.counting) if standings.counting else None
    measure = measure or next((column.run for column in columns if figures[column.run.pk]), None)
    return Reruns(columns, measure, _rows(columns, figures, measure), _differing(columns))


def _figures(run: EvaluationRun) -> dict[tuple[str, str], TaskResult]:
    return {(row.task, row.metric): row for row in run.results.order_by("id")}


def _rows(
    columns: list[Column], figures: dict[Any, dict[tuple[str, str], TaskResult]], measure: EvaluationRun | None
) -> list[FigureRow]:
    if measure is None:
        return []
    language = "en" if get_language() == "en" else "ko"
    tasks = measure.suite.document["tasks"]
    return [
        FigureRow(
            task["title"][language],
            metric,
            [_cell(figures[c.run.pk], figures[measure.pk], (task["name"], metric)) for c in columns],
        )
        for task in tasks
        for metric in task["metrics"]
    ]


def _cell(
    own: dict[tuple[str, str], TaskResult], measure: dict[tuple[str, str], TaskResult], key: tuple[str, str]
) -> Cell:
    found, other = own.get(key), measure.get(key)
    if found is None:
        return Cell("", "", "")
    difference = Decimal(found.value) - Decimal(other.value) if other and other.run_id != found.run_id else None
    return Cell(found.value, found.stderr, "" if difference is None else format(difference.normalize(), "f"))


def _differing(columns: list[Column]) -> list[str]:
    """Settings and versions that were not the same in all runs that have begun."""
    seen = [column.run.seen for column in columns if column.run.seen]
    return [name for name in SETTINGS if len({repr(found.get(name)) for found in seen}) > 1]
