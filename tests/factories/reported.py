"""Scores that teams report: logs as lm-eval writes them, reports, draws and reproductions through the real actions."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

from django.utils import timezone

from evaluation.models import EvaluationRun, TaskResult
from portal.artifacts.actions import store_file
from portal.artifacts.models import Bundle
from portal.common.viewer import Viewer, viewer_of_user
from portal.consortia.models import Entry
from portal.jobs.models import Job
from portal.measurements.actions import drawing_reports, reporting, reproducing
from portal.measurements.models import Report, Reproduction, ReproductionDraw
from portal.measurements.selectors.reproducing import choices_for
from portal.programmes.models import Phase
from portal.submissions.actions import add_item, open_draft, submit
from portal.submissions.enums import Role
from tests.factories.accounts import make_user
from tests.factories.consortia import make_entry
from tests.factories.evaluation import make_suite
from tests.factories.programmes import make_phase, make_programme, make_ruleset
from tests.factories.review import ruleset_document
from tests.factories.submissions import bundle_of, complete_draft

TASKS = ("ko_spelling", "ko_foreign_words")
STEMS = 40


def reported_rules() -> dict[str, Any]:
    """The small rules of the review tests with their one figure reported by the teams."""
    document = ruleset_document()
    document["parts"][1]["items"][0]["source"] = {"kind": "team_report"}
    return document


def reporting_phase(state: str = "receiving", **fields: Any) -> Phase:
    programme = make_programme()
    return make_phase(state, programme=programme, ruleset=make_ruleset(programme, document=reported_rules()), **fields)


def results_document(values: dict[str, float] | None = None, **changes: Any) -> dict[str, Any]:
    """What lm-eval 0.4.13 writes, cut down to what is read; acc of each task over 40 items."""
    values = values or dict.fromkeys(TASKS, 0.75)
    document: dict[str, Any] = {
        "results": {
            task: {"alias": task, "acc,none": value, "acc_stderr,none": 0.05} for task, value in values.items()
        },
        "group_subtasks": {task: [] for task in values},
        "versions": dict.fromkeys(values, 1.0),
        "n-shot": dict.fromkeys(values, 0),
        "higher_is_better": {task: {"acc": True} for task in values},
        "n-samples": {task: {"original": STEMS, "effective": STEMS} for task in values},
        "config": {"model": "hf", "limit": None},
        "lm_eval_version": "0.4.13",
        "model_name": "garam-9m",
    }
    return document | changes


def sample_lines(right: int, *, task: str = "") -> bytes:
    """40 items of which so many are right; with `task` as the portal keeps them."""
    rows = [{"doc_id": n, "doc_hash": f"{n:064x}", "acc": float(n < right)} for n in range(STEMS)]
    named = [{"task": task, **row} if task else {**row, "filter": "none"} for row in rows]
    return b"".join(json.dumps(row).encode() + b"\n" for row in named)


def log_files(values: dict[str, float] | None = None, *, right: int | None = None) -> dict[str, bytes]:
    stamp = "2026-11-20T10-00-00.000001"
    files = {f"results_{stamp}.json": json.dumps(results_document(values)).encode()}
    if right is not None:
        files |= {f"samples_{task}_{stamp}.jsonl": sample_lines(right) for task in TASKS}
    return files


def with_logs(entry: Entry, folder: Path, files: dict[str, bytes] | None = None, *, whole: bool = False) -> Bundle:
    """A draft of the entry that has the logs as its own benchmark results; `whole` is ready to be handed in."""
    draft = complete_draft(entry, folder) if whole else open_draft(entry, actor="user:1")
    bundle = bundle_of(entry, folder / f"logs-{entry.pk}", files or log_files(right=30))
    add_item(draft, role=Role.BENCHMARK_RESULTS, bundle=bundle, actor="user:1")
    return bundle


def member_of(entry: Entry) -> Viewer:
    return viewer_of_user(entry.consortium.memberships.get(role="manager").user)


def reported(entry: Entry, log: Bundle, **changes: Any) -> Report:
    harness, figures = reporting.read_logs(log)
    facts = {"part": "benchmark", "item": "index", "figures": figures, "factor": 100, "log": log, "harness": harness}
    return reporting.report_score(entry, reporting.Reported(**(facts | changes)), by=member_of(entry))


def close(phase: Phase, state: str = "closed") -> None:
    Phase.objects.filter(pk=phase.pk).update(state=state)
    phase.refresh_from_db()


def commit(phase: Phase, *, by: Viewer, **changes: Any) -> ReproductionDraw:
    rule = {"seats": 1, "level": "0.95", "tolerance": "0.01", "effect": "replace", "days": 7, "source": ""}
    return drawing_reports.commit_reproductions(phase, by=by, **(rule | changes))


def reported_and_drawn(
    folder: Path, *, officer: Viewer | None = None, right: int = 30, entry: Entry | None = None, **rule: Any
) -> Reproduction:
    """A handed-in entry whose report was frozen and of whose figures the lot drew one."""
    by = officer or viewer_of_user(make_user("officer"))
    entry = entry or make_entry(reporting_phase())
    log = with_logs(entry, folder, log_files(right=right), whole=True)
    reported(entry, log)
    submit(entry.submissions.get(), actor="user:1")
    draw = commit(entry.phase, by=by, **rule)
    close(entry.phase)
    drawing_reports.close_reports(draw, by=by)
    drawn = drawing_reports.draw_reproductions(draw, figure="7 11" if rule.get("source") else "", by=by)
    return drawn.reproductions.get()


def asked(row: Reproduction, *, by: Viewer) -> Reproduction:
    if not choices_for(row.figure):
        make_suite()
    return reproducing.ask_reproduction(row, choice=choices_for(row.figure)[0].key, by=by)


def finish(run: EvaluationRun, folder: Path, *, task: str, right: int, stderr: str = "0.05") -> None:
    """Write down what a worker would: one figure, its samples, and the job's end."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(sample_lines(right, task=task))
    path = folder / "samples.jsonl.gz"
    path.write_bytes(packed.getvalue())
    blob = store_file(path, owner="evaluation")
    run.seen, run.samples, run.raw = {"limit": None}, blob, blob
    run.save(update_fields=["seen", "samples", "raw"])
    facts = {"value": str(right / STEMS), "stderr": stderr, "n": STEMS, "higher_is_better": True}
    TaskResult.objects.create(run=run, task=task, metric="acc", **facts)
    end(run.job, "succeeded", outcome={})


def end(job: Job, state: str, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, finished=timezone.now(), lease_until=None, **fields)


def settled(folder: Path, *, by: Viewer, reproduced: int, **options: Any) -> Reproduction:
    """Drawn, run and compared: 30 of 40 reported, `reproduced` of 40 found."""
    row = asked(reported_and_drawn(folder, officer=by, **options), by=by)
    finish(row.run, folder / "run", task=row.task, right=reproduced)
    reproducing.settle_reproductions()
    row.refresh_from_db()
    return row
