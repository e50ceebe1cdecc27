"""Asking for the comparison of a checkpoint with every reference, with its plan frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from originality.core.levels import thresholds
from originality.core.report import SCHEMA
from originality.core.sketch import ENGINE, STORED_K
from originality.enums import AuditAction, Side
from originality.lineage import DeclaredPart, Known, declared_as, matched
from originality.models import OriginalityRun, Reference, SketchPart
from originality.selectors import planned_baselines, registry_digest
from portal.artifacts.actions import require_bytes
from portal.artifacts.models import Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.actions import cancel, enqueue
from portal.jobs.models import Job

MOST_PARTS = 64


@dataclass(frozen=True)
class Told:
    """What the weights cannot tell: the team's declaration, and when a digest of its was first deposited."""

    declared: Sequence[DeclaredPart] = ()
    earliest_deposit: datetime | None = None


@transaction.atomic
def request_report(
    bundle: Bundle,
    *,
    key: str,
    actor: str,
    step0: Bundle | None = None,
    told: Told | None = None,
    priority: int = 0,
) -> OriginalityRun:
    """Freeze the plan and queue the comparison with every reference; a second call with the key returns the first run."""
    plan = _plan(bundle, step0=step0, told=told or Told())
    run, created = OriginalityRun.objects.get_or_create(
        key=key,
        defaults={"bundle": bundle, "step0": step0, "plan": plan, "plan_digest": digest_of(plan), "actor": actor},
    )
    if created:
        require_bytes(bundle)
        parts = _queue_parts(run, priority=priority) if plan["parts"] else []
        run.job = enqueue(
            "originality.report",
            key=f"originality.report:{key}",
            payload={"run": str(run.pk)},
            account=bundle.owner,
            actor=actor,
            priority=priority,
            after=parts,
        )
        run.save(update_fields=["job"])
        after = {"bundle": bundle.digest, "plan": run.plan_digest, "step0": step0.digest if step0 else None}
        record(AuditAction.REPORT_REQUESTED, actor=actor, subject=f"originality_run:{run.pk}", after=after)
    return run


def _queue_parts(run: OriginalityRun, *, priority: int) -> list[Job]:
    """Queue a job per block of tensors of each checkpoint that is divided."""
    rows = [
        SketchPart(run=run, side=side, number=number, of=count)
        for side, count in run.plan["parts"].items()
        for number in range(1, count + 1)
    ]
    for row in SketchPart.objects.bulk_create(rows):
        row.job = enqueue(
            "originality.sketch",
            key=f"originality.sketch:{run.pk}:{row.side}:{row.number}",
            payload={"part": row.pk},
            account=run.bundle.owner,
            actor=run.actor,
            priority=priority,
        )
        row.save(update_fields=["job"])
    return [row.job for row in rows if row.job]


@transaction.atomic
def cancel_report(run: OriginalityRun, *, actor: str) -> OriginalityRun:
    """End a run that is not finished; its parts end with the reconciler's next pass."""
    if run.job is None or run.job.is_final:
        return run
    run.job = cancel(run.job)
    record(AuditAction.REPORT_CANCELLED, actor=actor, subject=f"originality_run:{run.pk}")
    return run


def _plan(bundle: Bundle, *, step0: Bundle | None, told: Told) -> dict[str, Any]:
    """Everything that fixes the tests before a weight is read."""
    members = [Known(*row) for row in Reference.objects.order_by("name").values_list("pk", "name", "digest", "account")]
    sketches = dict(Reference.objects.values_list("pk", "sketch__sha256"))
    declared = matched(told.declared, references=members, account=bundle.owner)
    return {
        "schema": SCHEMA,
        "engine": ENGINE,
        "k": STORED_K,
        "alignments": ["T1", "T2", "T3", "T4"],
        "thresholds": thresholds(),
        "registry": registry_digest(),
        "baselines": planned_baselines(),
        "references": [
            {
                "id": row.id,
                "name": row.name,
                "digest": row.digest,
                "sketch": sketches[row.id],
                "declared": declared_as(declared, reference=row.id),
            }
            for row in members
        ],
        "step0": step0.digest if step0 else None,
        "declared": declared,
        "earliest_deposit": told.earliest_deposit.isoformat() if told.earliest_deposit else None,
        "parts": _divided(bundle, step0),
    }


def _divided(bundle: Bundle, step0: Bundle | None) -> dict[str, int]:
    """Return into how many parts each checkpoint is divided; empty when one job can do it all."""
    sides = {Side.CANDIDATE.value: bundle} | ({Side.STEP0.value: step0} if step0 else {})
    counts = {side: _parts_of(checkpoint.total_size) for side, checkpoint in sides.items()}
    return counts if max(counts.values()) > 1 else {}


def _parts_of(size: int) -> int:
    return max(1, min(MOST_PARTS, -(-size // settings.ORIGINALITY_PART_BYTES)))
