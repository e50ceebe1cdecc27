"""The only writes: references, and requests whose results the jobs bring."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from originality.core.baselines import build_baselines, dump_baselines
from originality.core.levels import thresholds
from originality.core.readers import open_folder
from originality.core.registry import null_pairs, pair_scores
from originality.core.report import SCHEMA
from originality.core.sketch import ENGINE, STORED_K, Progress, Sketch, build_sketch, silent
from originality.core.sketchfile import load_sketch, save_sketch
from originality.enums import AuditAction, Side
from originality.lineage import DeclaredPart, Known, declared_as, matched
from originality.models import Baseline, OriginalityRun, Reference, SketchPart, TraceRun
from originality.selectors import planned_baselines, registry_digest
from portal.artifacts.actions import open_blob, require_bytes, store_file
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob, Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.actions import cancel, enqueue
from portal.jobs.models import Job

REGISTRY = "registry"  # owner of the reference sketches' blobs
MOST_PARTS = 64


@dataclass(frozen=True)
class Told:
    """What the weights cannot tell: the team's declaration, and when a digest of its was first deposited."""

    declared: Sequence[DeclaredPart] = ()
    earliest_deposit: datetime | None = None


def add_reference(
    folder: Path,
    *,
    name: str,
    source: str,
    revision: str,
    licence: str,
    public_since: date,
    actor: str,
    descends_from: Reference | None = None,
    progress: Progress = silent,
) -> Reference:
    """Sketch a model folder into the registry. Adding it again under the same name and content changes nothing."""
    sketch = build_sketch(open_folder(folder), progress=progress)
    blob = _store_sketch(sketch)
    with transaction.atomic():
        reference, created = Reference.objects.get_or_create(
            name=name,
            digest=sketch.digest,
            defaults={
                "source": source,
                "revision": revision,
                "licence": licence,
                "public_since": public_since,
                "parameters": sketch.parameters,
                "family": sketch.family,
                "descends_from": descends_from,
                "sketch": blob,
            },
        )
        if created:
            after = {
                "name": name,
                "digest": sketch.digest,
                "sketch": blob.sha256,
                "source": source,
                "revision": revision,
            }
            record(AuditAction.REFERENCE_ADDED, actor=actor, subject=f"reference:{reference.pk}", after=after)
    return reference


def _store_sketch(sketch: Sketch) -> Blob:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reference.sketch"
        save_sketch(sketch, path)
        return store_file(path, owner=REGISTRY)


def make_baselines() -> Baseline:
    """Compare every pair of references, so that each score has its null; a registry that did not change keeps its own."""
    digest = registry_digest()
    if existing := Baseline.objects.filter(registry_digest=digest).first():
        return existing
    members = list(Reference.objects.select_related("sketch", "descends_from"))
    sketches = {reference.name: _load(reference.sketch) for reference in members}
    kinship = [(member.name, member.descends_from.name if member.descends_from else "") for member in members]
    scores = [(kin, pair_scores(sketches[a], sketches[b], names=(a, b))) for a, b, kin in null_pairs(kinship)]
    baselines = build_baselines([item for kin, item in scores if not kin], [item for kin, item in scores if kin])
    document = dump_baselines(baselines)
    return Baseline.objects.get_or_create(registry_digest=digest, defaults={"document": document})[0]


def _load(blob: Blob) -> Sketch:
    with (
        tempfile.NamedTemporaryFile(suffix=".sketch") as copy,
        open_blob(blob, reader="system", purpose=ReadPurpose.REFERENCE) as stream,
    ):
        while part := stream.read(1 << 20):
            copy.write(part)
        copy.flush()
        return load_sketch(Path(copy.name))


@transaction.atomic
def own_reference(reference: Reference, *, account: str, actor: str) -> Reference:
    """Write down whose own earlier model a reference is; an empty account takes it back."""
    row = Reference.objects.select_for_update().get(pk=reference.pk)
    before, row.account = row.account, account
    row.save(update_fields=["account"])
    record(
        AuditAction.REFERENCE_OWNED,
        actor=actor,
        subject=f"reference:{row.pk}",
        before={"account": before},
        after={"account": account},
    )
    return row


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


@transaction.atomic
def request_trace(
    bundle: Bundle, *, key: str, actor: str, checkpoint: Bundle | None = None, step0: Bundle | None = None
) -> TraceRun:
    """Queue the reading of a bundle's training logs; a second call with the key returns the first run.

    The checkpoint tells the size of the vocabulary; with step 0 as well, the two are bound by their signs.
    """
    run, created = TraceRun.objects.get_or_create(
        key=key, defaults={"bundle": bundle, "checkpoint": checkpoint, "step0": step0, "actor": actor}
    )
    if created:
        require_bytes(bundle)
        run.job = enqueue(
            "originality.trace",
            key=f"originality.trace:{key}",
            payload={"run": str(run.pk)},
            account=bundle.owner,
            actor=actor,
        )
        run.save(update_fields=["job"])
        after = {
            "logs": bundle.digest,
            "checkpoint": checkpoint.digest if checkpoint else None,
            "step0": step0.digest if step0 else None,
        }
        record(AuditAction.TRACE_REQUESTED, actor=actor, subject=f"trace_run:{run.pk}", after=after)
    return run


def store_document(document: dict[str, Any], *, owner: str) -> Blob:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        path.write_text(json.dumps(document, sort_keys=True, separators=(",", ":")), encoding="utf-8")
        return store_file(path, owner=owner)
