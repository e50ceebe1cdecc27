"""Training runs whose logs are read, without running a job: a loss that falls, a restart, checkpoints, and a finding."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.utils import timezone

from originality.actions import request_trace
from originality.core.trace.facts import ChainLink, Deposited, Facts
from originality.core.trace.logsdocument import logs_document
from originality.core.trace.measures import Measures
from originality.core.trace.model import Fault, Logs, Seam, Segment, Series
from originality.core.trace.report import trace_report
from originality.core.trace.serieswriter import write_series
from originality.models import TraceMapping, TraceRun
from portal.artifacts.actions import store_file, store_folder
from portal.consortia.models import Entry
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions.enums import RunKind, State
from portal.submissions.models import Submission, SubmissionRun
from tests.originality.core.trace import courses

BEGUN = 1_767_225_600.0  # 2026-01-01 00:00 UTC
TAGS = {"loss": "train/loss", "validation_loss": "eval/loss", "learning_rate": "train/lr", "tokens": "train/tokens"}
_numbers = itertools.count(1)


def series_of(points: int, *, seed: int = 7, every: int = 1) -> dict[str, Series]:
    """Return what a run of `points` steps logs: training loss and rate at each, validation at every hundredth."""
    draws = np.random.default_rng(seed)
    step = np.arange(points, dtype=np.int64) * every
    half = np.where(step < points * every // 2, 0, 1).astype(np.int16)
    loss = 2.1 + 8.4 / (1 + step / 400) ** 0.4 + draws.normal(0, 0.06, points)
    rate = 3e-4 * np.minimum(1, (step + 1) / 1000) * (0.55 + 0.45 * np.cos(np.pi * step / max(step[-1], 1)))
    sparse = slice(None, None, max(1, points // 100))
    columns = {"loss": loss, "learning_rate": rate, "tokens": (step + 1) * 4096.0}
    found = {name: Series(step, value, BEGUN + step * 2.0, half) for name, value in columns.items()}
    slow = (step[sparse], loss[sparse] + 0.05, BEGUN + step[sparse] * 2.0, half[sparse])
    return {**found, "validation_loss": Series(*slow)}


def logs_of(points: int = 1200, *, seed: int = 7, every: int = 1) -> Logs:
    """Return logs with one restart in the middle."""
    series, last = series_of(points, seed=seed, every=every), (points - 1) * every
    middle = (points // 2) * every
    begun = [Segment("events.1", 0, middle + 3 * every, BEGUN), Segment("events.2", middle, last, BEGUN + 2 * middle)]
    seams = {"loss": [Seam(middle, middle + 3 * every, 4, 1)]} if points > 10 else {}
    return Logs(series, TAGS, begun, seams, ["events.1", "events.2"], ["plan.pdf"], [], 0)


def make_trace(
    entry: Entry | None = None, *, logs: Logs | None = None, report: dict[str, Any] | None = None
) -> TraceRun:
    """Return a run whose series are stored; with an entry it belongs to the submission that counts for it."""
    number, logs = next(_numbers), logs or logs_of()
    with TemporaryDirectory() as folder:
        (Path(folder) / "log.jsonl").write_text(f'{{"step": {number}, "loss": 2.0}}\n')
        bundle = store_folder(Path(folder), owner=f"consortium:{number}", actor="system")
    last = int(logs.series["loss"].step[-1]) if logs.series else 0
    run = request_trace(bundle, key=f"trace-{number}", actor="system", facts=_facts(last))
    finish(run, logs, report=report)
    if entry is not None:
        submission = entry.submissions.filter(state=State.SUBMITTED).first() or Submission.objects.create(
            entry=entry, version=1, state=State.SUBMITTED, digest="d" * 64, document={}, submitted_at=timezone.now()
        )
        SubmissionRun.objects.create(submission=submission, kind=RunKind.TRACE, trace=run)
    return run


def finish(run: TraceRun, logs: Logs, *, report: dict[str, Any] | None = None) -> TraceRun:
    """Store the series as the job does, and the findings."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "series.safetensors"
        write_series(logs, path)
        run.series = store_file(path, owner=run.bundle.owner)
    run.logs, run.report = logs_document(logs), report or report_document(logs)
    run.save(update_fields=["series", "logs", "report"])
    TraceMapping.objects.get_or_create(run=run, number=0, defaults={"mapping": logs.tags, "actor": "system"})
    done = {"state": JobState.SUCCEEDED, "finished": timezone.now(), "outcome": {}}
    Job.objects.filter(payload__run=str(run.pk)).update(**done)
    return TraceRun.objects.get(pk=run.pk)


def forged_report() -> dict[str, Any]:
    """Return all findings on a small run whose learning rate was edited; a part of its log is damaged."""
    held = courses.columns()
    held["learning_rate"][200:300] *= 1.5
    logs = courses.logs_of(held)._replace(faults=[Fault("events", 4096, "the checksum does not fit")], faults_total=1)
    problem = {"kind": "loss", "digest": "b" * 64, "text": "withheld", "problem": "the checkpoint has no tokenizer"}
    return trace_report(logs, courses.facts(), Measures(), problems=[problem], plan_digest="d" * 64)


def report_document(logs: Logs) -> dict[str, Any]:
    """Return the part of a report that curves read: one finding that asks for an explanation, with its steps."""
    last = int(logs.series["loss"].step[-1]) if logs.series else 0
    span = {"quantity": "loss", "first": last // 3, "last": last // 3 + last // 12}
    finding = {
        "check": "noise",
        "outcome": "deviates",
        "level": 1,
        "figure": {},
        "expected": {},
        "reason": "",
        "ground": "",
        "data": [],
        "preconditions": [],
        "spans": [span],
    }
    return {"schema": "originality-trace/2", "level": 1, "findings": [finding], "missing": []}


def _facts(last: int) -> Facts:
    """Return three checkpoints, one of them deposited while the run went on."""
    chain = (
        ChainLink("a" * 64, "initial", 0, 0),
        ChainLink("b" * 64, "intermediate", last // 2, None),
        ChainLink("c" * 64, "final", last, None),
    )
    return Facts(chain=chain, deposits=(Deposited("b" * 64, last // 2, None, "2026-01-02T03:04:05+00:00"),))
