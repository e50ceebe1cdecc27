"""The only writes of this app: suites come in, runs are asked for, results are recorded."""

import uuid
from pathlib import Path
from typing import Any

from django.db import transaction

from evaluation.core.suites import read_suite
from evaluation.enums import AuditAction
from evaluation.errors import KeyReusedError, SuiteChangedError
from evaluation.models import EvaluationRun, Suite, TaskResult
from portal.artifacts.actions import require_bytes
from portal.artifacts.models import Blob, Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.actions import enqueue
from portal.jobs.models import Job

SHIPPED = Path(__file__).with_name("suites")
KIND = "evaluation.run"
INPUTS_SCHEMA = "evaluation-inputs/1"
RUN_NAMESPACE = uuid.UUID("6d1f0c0e-6f0b-5a53-9c56-0d0b2b6f5a11")


@transaction.atomic
def load_suite(path: Path, *, actor: str = "system") -> Suite:
    """Load a suite file of the ministry's repository; the same document again is the same suite."""
    found = read_suite(path)
    suite, created = Suite.objects.get_or_create(
        name=found.name, version=found.version, defaults={"document": dict(found.document), "digest": found.digest}
    )
    if suite.digest != found.digest:
        raise SuiteChangedError(found.reference)
    if created:
        record(AuditAction.SUITE_LOADED, actor=actor, subject=f"suite:{suite}", after={"digest": suite.digest})
    return suite


def load_shipped_suites(*, actor: str = "system") -> list[Suite]:
    """Load every suite that comes with the portal."""
    return [load_suite(path, actor=actor) for path in sorted(SHIPPED.glob("*.yaml"))]


@transaction.atomic
def request_run(
    bundle: Bundle, *, suite: Suite, key: str, actor: str, limit: int | None = None, account: str = ""
) -> EvaluationRun:
    """Ask for one suite on one checkpoint, once per key; a rerun is another key and another run."""
    inputs = frozen_inputs(bundle, suite=suite, limit=limit)
    digest = digest_of(inputs)
    known = EvaluationRun.objects.filter(key=key).first()
    run = known or _create_run(key, bundle=bundle, suite=suite, inputs=inputs, actor=actor, account=account)
    if run.inputs_digest != digest:
        raise KeyReusedError(key)
    return run


def _create_run(
    key: str, *, bundle: Bundle, suite: Suite, inputs: dict[str, Any], actor: str, account: str
) -> EvaluationRun:
    """Two callers at once meet in one row: the run's id follows from its key."""
    require_bytes(bundle)
    number = uuid.uuid5(RUN_NAMESPACE, key)
    job = enqueue(KIND, key=f"{KIND}:{key}", payload={"run": str(number)}, account=account, actor=actor)
    fields = {"key": key, "bundle": bundle, "suite": suite, "limit": inputs["limit"], "inputs": inputs}
    fields |= {"inputs_digest": digest_of(inputs), "actor": actor, "job": job}
    run, created = EvaluationRun.objects.get_or_create(id=number, defaults=fields)
    if created:
        after = {"inputs": run.inputs_digest, "suite": suite.digest, "bundle": bundle.digest, "limit": run.limit}
        record(AuditAction.RUN_REQUESTED, actor=actor, subject=f"evaluation-run:{run.pk}", after=after)
    return run


def frozen_inputs(bundle: Bundle, *, suite: Suite, limit: int | None) -> dict[str, Any]:
    """Return what is decided before the run; versions of libraries and the hardware are reported by the run itself."""
    return {
        "schema": INPUTS_SCHEMA,
        "bundle": bundle.digest,
        "suite": {"name": suite.name, "version": suite.version, "digest": suite.digest},
        "seeds": suite.document["seeds"],
        "limit": limit,
    }


def record_results(job: Job, outcome: dict[str, Any]) -> None:
    """Write figures, then what the child saw, inside the transaction that makes the job succeed."""
    run = EvaluationRun.objects.select_for_update().get(pk=job.payload["run"])
    for row in outcome["metrics"]:
        fields = {name: row[name] for name in ("value", "stderr", "n", "higher_is_better")}
        TaskResult.objects.update_or_create(run=run, task=row["task"], metric=row["metric"], defaults=fields)
    run.seen, run.seconds = outcome["frozen"], outcome["seconds"]
    run.samples = Blob.objects.get(pk=outcome["samples"])
    run.raw = Blob.objects.get(pk=outcome["raw"])
    run.save(update_fields=["seen", "seconds", "samples", "raw"])
    after = {"results": digest_of(outcome["metrics"]), "samples": run.samples.sha256, "raw": run.raw.sha256}
    record(AuditAction.RUN_RECORDED, actor="system", subject=f"evaluation-run:{run.pk}", after=after)


def record_failure(job: Job) -> None:
    """Leave the cause in the ledger; the message itself stands on the job."""
    subject = f"evaluation-run:{job.payload['run']}"
    record(AuditAction.RUN_FAILED, actor="system", subject=subject, after={"cause": job.cause})
