"""Scores over the checkpoints of a training run: a table, and one small drawing for each task."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import get_language

from evaluation.models import TaskResult
from portal.jobs.enums import JobState
from portal.submissions.models import Submission, TrajectoryRun

WIDTH, HEIGHT, MARGIN = 320, 140, 16  # of one drawing, in pixels
SCHEMA = "checkpoint-scores/1"


class Point(NamedTuple):
    """A figure at a step with its place in the drawing; `low` and `high` are one standard error away."""

    step: int
    value: str
    stderr: str
    x: str
    y: str
    low: str
    high: str


class Course(NamedTuple):
    """One task and metric along the training; `path` joins the points."""

    title: str
    task: str
    metric: str
    points: list[Point]
    path: str
    lowest: str
    highest: str


class Stop(NamedTuple):
    """One checkpoint of the run, in the order of steps; `figures` stand under the headings, "" where there is none."""

    row: TrajectoryRun
    state: str
    figures: list[tuple[str, str]]


class Trajectory(NamedTuple):
    suite: str
    headings: list[tuple[str, str]]
    stops: list[Stop]
    courses: list[Course]


def trajectory_of(submission: Submission) -> Trajectory | None:
    """None where no checkpoint of the training was evaluated."""
    rows = list(submission.trajectory.select_related("run__job", "run__suite", "run__bundle").order_by("step", "pk"))
    if not rows:
        return None
    language = "en" if get_language() == "en" else "ko"
    document = rows[0].run.suite.document
    titles = {
        (task["name"], metric): task["title"][language] for task in document["tasks"] for metric in task["metrics"]
    }
    found = {
        (row.run_id, row.task, row.metric): row
        for row in TaskResult.objects.filter(run__in=[row.run_id for row in rows])
    }
    stops = [
        Stop(row, str(JobState(row.run.job.state).label), [_figure(found.get((row.run_id, *key))) for key in titles])
        for row in rows
    ]
    courses = [_course(title, key, rows, found) for key, title in titles.items()]
    headings = [(titles[key], key[1]) for key in titles]
    return Trajectory(str(rows[0].run.suite), headings, stops, [course for course in courses if len(course.points) > 1])


def _figure(result: TaskResult | None) -> tuple[str, str]:
    return (result.value, result.stderr) if result else ("", "")


def _course(
    title: str, key: tuple[str, str], rows: list[TrajectoryRun], found: dict[tuple[UUID, str, str], TaskResult]
) -> Course:
    figures = [(row.step, found[row.run_id, *key]) for row in rows if (row.run_id, *key) in found]
    values = [(step, Decimal(result.value), Decimal(result.stderr or 0)) for step, result in figures]
    if not values:
        return Course(title, *key, [], "", "", "")
    low, high = (
        min(value - error for _step, value, error in values),
        max(value + error for _step, value, error in values),
    )
    last = max(step for step, _value, _error in values)

    def across(step: int) -> str:
        return f"{MARGIN + (step / last if last else 0) * (WIDTH - 2 * MARGIN):.1f}"

    def down(value: Decimal) -> str:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return f"{HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN):.1f}"

    points = [
        Point(step, str(value), str(error), across(step), down(value), down(value - error), down(value + error))
        for step, value, error in values
    ]
    path = " ".join(f"{point.x},{point.y}" for point in points)
    return Course(title, *key, points, path, f"{low:.4f}", f"{high:.4f}")


def trajectory_document(submission: Submission) -> dict[str, object]:
    found = trajectory_of(submission)
    stops = found.stops if found else []
    return {
        "schema": SCHEMA,
        "submission": submission.digest,
        "suite": found.suite if found else None,
        "checkpoints": [
            {
                "step": stop.row.step,
                "bundle": stop.row.run.bundle.digest,
                "run": str(stop.row.run_id),
                "state": stop.row.run.job.state,
                "results": list(stop.row.run.results.order_by("id").values("task", "metric", "value", "stderr", "n")),
            }
            for stop in stops
        ],
    }
