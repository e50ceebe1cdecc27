"""What a job found becomes figures of the run, inside the transaction that ends the job."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.enums import AuditAction
from evaluation.models import EvaluationRun, RunPart, TaskResult, TaskUsage
from portal.artifacts.models import Blob
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.models import Job


def record_results(job: Job, outcome: dict[str, Any]) -> None:
    """Write figures, then what the child saw; the run is whole when its own job ends, which is the last one."""
    run = EvaluationRun.objects.select_for_update().get(pk=job.payload["run"])
    _write_figures(run, outcome["metrics"])
    _write_usage(run, outcome.get("usage", ()))
    part = RunPart.objects.filter(job=job).first()
    if part is not None:
        part.cards = _cards(job)
        _fill(part, outcome)
        part.save()
    if run.job_id == job.pk:
        _fill(run, outcome)
        run.save(update_fields=["seen", "seconds", "samples", "raw", "index"])
        after = {"results": digest_of(_figures_of(run)), "samples": _digest(run.samples), "raw": _digest(run.raw)}
        record(AuditAction.RUN_RECORDED, actor="system", subject=f"evaluation-run:{run.pk}", after=after)
    elif part is not None:
        after = {"group": part.group, "results": digest_of(outcome["metrics"]), "samples": _digest(part.samples)}
        record(AuditAction.PART_RECORDED, actor="system", subject=f"evaluation-run:{run.pk}", after=after)


def record_failure(job: Job) -> None:
    """Keep what was done before the failure, and leave the cause in the ledger; the message itself stands on the job."""
    subject = f"evaluation-run:{job.payload['run']}"
    kept = _keep_partial(job) if job.outcome else {}
    record(AuditAction.RUN_FAILED, actor="system", subject=subject, after={"cause": job.cause} | kept)


def _keep_partial(job: Job) -> dict[str, Any]:
    """Figures and samples of the tasks that were done; a run that failed is never ranked, whatever it holds."""
    part = RunPart.objects.select_related("run").filter(job=job).first()
    outcome: dict[str, Any] = job.outcome or {}
    if part is None or "samples" not in outcome:
        return {}
    _write_figures(part.run, outcome["metrics"])
    _write_usage(part.run, outcome["usage"])
    part.samples, part.raw = Blob.objects.get(pk=outcome["samples"]), Blob.objects.get(pk=outcome["raw"])
    part.index, part.cards = outcome["index"], _cards(job)
    part.save(update_fields=["samples", "raw", "index", "cards"])
    return {"group": part.group, "tasks_done": len(outcome["usage"]), "samples": part.samples.sha256}


def _fill(row: "EvaluationRun | RunPart", outcome: Mapping[str, Any]) -> None:
    row.seen, row.seconds = outcome["frozen"], outcome["seconds"]
    row.samples = Blob.objects.get(pk=outcome["samples"])
    row.raw = Blob.objects.get(pk=outcome["raw"])
    row.index = outcome.get("index", [])


def _write_figures(run: EvaluationRun, metrics: Sequence[Mapping[str, Any]]) -> None:
    for row in metrics:
        fields = {name: row[name] for name in ("value", "stderr", "n", "higher_is_better")}
        TaskResult.objects.update_or_create(run=run, task=row["task"], metric=row["metric"], defaults=fields)


def _write_usage(run: EvaluationRun, usage: Sequence[Mapping[str, Any]]) -> None:
    for row in usage:
        fields = {name: row[name] for name in row if name != "task"}
        TaskUsage.objects.update_or_create(run=run, task=row["task"], defaults=fields)


def _cards(job: Job) -> int:
    """How many cards the attempt that just ended had, or the newest one."""
    attempt = job.attempts.order_by("-fence").first()
    return len(attempt.cards.split(",")) if attempt and attempt.cards else 0


def _figures_of(run: EvaluationRun) -> list[dict[str, Any]]:
    rows = run.results.order_by("task", "metric").values("task", "metric", "value", "stderr", "n")
    return [dict(row) for row in rows]


def _digest(blob: Blob | None) -> str:
    return blob.sha256 if blob else ""
