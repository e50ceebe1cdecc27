"""Benchmark runs that have finished, with answers to every item as the harness writes them."""

import gzip
import json
import random
import tempfile
from itertools import count
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from evaluation.actions import request_run
from evaluation.models import EvaluationRun, Suite, TaskResult
from portal.artifacts.actions import store_file
from portal.artifacts.models import Blob
from portal.consortia.models import Entry
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions.enums import Role, RunKind
from portal.submissions.models import Submission, SubmissionRun, TrajectoryRun
from tests.factories.evaluation import outcome_of, suite_document
from tests.factories.submissions import handed_in

_numbers = count(1)
CHOICES = ("가", "나", "다", "라")


def answers_for(suite: Suite, *, seed: int, skill: float = 0.5, note: str = "") -> list[dict[str, Any]]:
    """Each task's items, answered right with the chance `skill`; items are the same for every seed."""
    draw = random.Random(seed)
    rows = []
    for task in suite.document["tasks"]:
        for number in range(task["items"]):
            right = draw.random() < skill
            rows.append(_answer(task, number, right=right, draw=draw, note=note))
    return rows


def _answer(task: dict[str, Any], number: int, *, right: bool, draw: random.Random, note: str) -> dict[str, Any]:
    question = f"{task['name']} 문항 {number + 1}: 맞는 것을 고르시오.{note}"
    common = {
        "task": task["name"],
        "doc_id": number,
        "target": "0",
        "doc_hash": f"{task['name']}-{number}",
        "prompt_hash": f"{task['name']}-{number}",
    }
    if task["form"] == "text":
        likelihood = -40.0 - draw.random()
        texts = {"doc": {"text": question}, "arguments": [[question]], "resps": [[likelihood]]}
        return common | texts | {"filtered_resps": [likelihood], "bits_per_byte": [likelihood, 60]}
    chances = [[-1.0 if place == (0 if right else 1) else -2.0 - draw.random(), False] for place in range(len(CHOICES))]
    return common | {
        "doc": {"line": number, "text": question, "choices": list(CHOICES), "gold": 0},
        "arguments": [[question, f" {choice}"] for choice in CHOICES],
        "resps": [[row] for row in chances],
        "filtered_resps": chances,
        **{metric: float(right) for metric in task["metrics"]},
    }


def make_measured_suite(**changes: Any) -> Suite:
    """Two tasks of the shipped suite under a name of its own."""
    from tests.factories.evaluation import make_suite

    name = f"measured-{next(_numbers)}"
    return make_suite(suite_document("ko_spelling", "ko_text", **({"items": 12, "name": name} | changes)))


def finish(run: EvaluationRun, answers: list[dict[str, Any]]) -> EvaluationRun:
    """Give a run its figures and answers and end its job, as the worker would."""
    blob = _stored("".join(json.dumps(row) + "\n" for row in answers).encode())
    outcome = outcome_of(run, samples=blob.pk, raw=blob.pk)
    for row in outcome["metrics"]:
        found = [_share(one[row["metric"]]) for one in answers if one["task"] == row["task"] and row["metric"] in one]
        figures = {"value": f"{fmean(found):.6f}", "stderr": f"{stdev(found) / len(found) ** 0.5:.6f}", "n": len(found)}
        fields = {"task": row["task"], "metric": row["metric"], "higher_is_better": row["higher_is_better"]}
        TaskResult.objects.create(run=run, **fields, **figures)
    EvaluationRun.objects.filter(pk=run.pk).update(seen=outcome["frozen"], seconds="1.0", samples=blob, raw=blob)
    Job.objects.filter(pk=run.job_id).update(
        state=JobState.SUCCEEDED, outcome={}, lease_until=None, finished="2026-01-15T00:00Z"
    )
    return EvaluationRun.objects.select_related("suite", "bundle", "job", "samples").get(pk=run.pk)


def _share(value: Any) -> float:
    return value if isinstance(value, float) else -value[0] / 0.6931471805599453 / value[1]


def _stored(content: bytes) -> Blob:
    path = Path(tempfile.mkdtemp()) / "samples.jsonl.gz"
    path.write_bytes(gzip.compress(content, mtime=0))
    return store_file(path, owner="evaluation")


def failed(run: EvaluationRun) -> EvaluationRun:
    Job.objects.filter(pk=run.job_id).update(
        state=JobState.FAILED, cause="input", error="config.json: unknown", finished="2026-01-15T00:00Z"
    )
    return run


def asked(submission: Submission, suite: Suite, **options: Any) -> SubmissionRun:
    """A benchmark run of a hand-in that waits."""
    bundle = submission.items.get(role=Role.CHECKPOINT).bundle
    defaults = {"key": f"measured:{next(_numbers)}", "actor": "system"}
    run = request_run(bundle, suite=suite, **(defaults | options))
    return SubmissionRun.objects.create(submission=submission, kind=RunKind.BENCHMARK, benchmark=run)


def measured(entry: Entry, suite: Suite, *, seed: int = 1, skill: float = 0.5, note: str = "") -> SubmissionRun:
    """A hand-in with one finished benchmark run."""
    submission = entry.submissions.filter(state="submitted").first()
    submission = submission or handed_in(entry, Path(tempfile.mkdtemp()), seed=seed).submission
    row = asked(submission, suite)
    finish(row.run, answers_for(suite, seed=seed, skill=skill, note=note))
    return SubmissionRun.objects.select_related("submission__entry__phase").get(pk=row.pk)


def along_the_way(submission: Submission, suite: Suite, *, steps: tuple[int, ...] = (0, 100, 200, 300)) -> None:
    """The small suite on several checkpoints of a training run, each better than the last."""
    bundle = submission.items.get(role=Role.CHECKPOINT).bundle
    for place, step in enumerate(steps):
        run = request_run(bundle, suite=suite, key=f"on the way:{next(_numbers)}", actor="system")
        finish(run, answers_for(suite, seed=place, skill=0.2 + 0.15 * place))
        TrajectoryRun.objects.create(submission=submission, run=run, step=step)
