"""Asking for both kinds of check, and writing what they found."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from evaluation.contamination.models import ContaminationRun, ParaphraseRun
from evaluation.contamination.selectors import runs_without_gaps
from evaluation.core.contamination import VERSION
from evaluation.enums import AuditAction
from evaluation.errors import KeyReusedError
from evaluation.models import EvaluationRun, Suite
from portal.artifacts.actions import open_made, require_bytes
from portal.artifacts.models import Blob, Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.actions import enqueue
from portal.jobs.models import Job
from portal.jobs.steps import each_apart
from portal.jobs.worker.containment import needs

CONTAMINATION, PARAPHRASE = "evaluation.contamination", "evaluation.paraphrase"
PLAN_SCHEMA = "contamination-plan/1"


@transaction.atomic
def request_contamination(bundle: Bundle, *, suites: Sequence[Suite], key: str, actor: str) -> ContaminationRun:
    """Compare a declared data sample with these suites, once per key; the same key for other inputs is refused."""
    plan = {
        "schema": PLAN_SCHEMA,
        "engine": VERSION,
        "sample": bundle.digest,
        "suites": [{"name": suite.name, "version": suite.version, "digest": suite.digest} for suite in suites],
    }
    fields = {"bundle": bundle, "plan": plan, "plan_digest": digest_of(plan), "actor": actor}
    run, created = ContaminationRun.objects.get_or_create(key=key, defaults=fields)
    if run.plan_digest != digest_of(plan):
        raise KeyReusedError(key)
    if created:
        require_bytes(bundle)
        payload = {"run": str(run.pk)}
        run.job = enqueue(
            CONTAMINATION,
            key=f"{CONTAMINATION}:{key}",
            payload=payload,
            account=bundle.owner,
            actor=actor,
            requirements=needs(),
        )
        run.save(update_fields=["job"])
        after = {"sample": bundle.digest, "plan": run.plan_digest, "suites": len(suites)}
        record(AuditAction.CONTAMINATION_REQUESTED, actor=actor, subject=f"contamination-run:{run.pk}", after=after)
    return run


def record_contamination(job: Job, outcome: dict[str, Any]) -> None:
    """Write the findings in the transaction that makes the job succeed."""
    run = ContaminationRun.objects.select_for_update().get(pk=job.payload["run"])
    document = Blob.objects.get(pk=outcome["document"])
    with open_made(document) as stream:
        run.report = json.load(stream)
    run.document = document
    run.save(update_fields=["report", "document"])
    after = {"report": document.sha256, "flagged": sum(task["flagged"] for task in run.report["tasks"])}
    record(AuditAction.CONTAMINATION_RECORDED, actor="system", subject=f"contamination-run:{run.pk}", after=after)


def request_gaps() -> int:
    """Reconciler step: ask for the gaps of every whole run whose suite rewords a task."""
    return each_apart(runs_without_gaps(), _request_gap)


def _request_gap(run: EvaluationRun) -> bool:
    job = enqueue(
        PARAPHRASE,
        key=f"{PARAPHRASE}:{run.pk}",
        payload={"run": str(run.pk)},
        account=run.bundle.owner,
        actor="system",
        requirements=needs(),
    )
    _gap, created = ParaphraseRun.objects.get_or_create(run=run, defaults={"job": job})
    return created


def record_gaps(job: Job, outcome: dict[str, Any]) -> None:
    """Write the gaps in the transaction that makes the job succeed."""
    ParaphraseRun.objects.filter(run=job.payload["run"]).update(report=outcome)
