"""A report over all references, and the sketch of one part of a large checkpoint."""

import json
from pathlib import Path
from typing import Any

from originality.actions import store_document
from originality.core.baselines import Baselines, digest_of_baselines, dump_baselines
from originality.core.outcome import outcome_of
from originality.core.run import CANDIDATE_SKETCH, PART_SKETCH
from originality.enums import Side
from originality.jobs.child import Outcome, command, copy_blob
from originality.lineage import OWN_LINEAGE
from originality.models import Comparison, OriginalityRun, Reference, SketchPart
from originality.selectors import baselines_of, current_baselines
from portal.artifacts.actions import materialise, open_blob, store_file
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, reader_of


def prepare_report(job: Job, workdir: Path) -> Command:
    """Lay out the candidate, step 0 and the planned references; a reference that was added later is not in the plan."""
    run = OriginalityRun.objects.select_related("bundle", "step0").get(pk=job.payload["run"])
    spec: Outcome = {
        "kind": job.kind,
        "references": [],
        "plan_digest": run.plan_digest,
        "earliest_deposit": run.plan.get("earliest_deposit"),
    }
    spec |= _sketched(run, job, workdir) if run.plan.get("parts") else _whole(run, job, workdir)
    for item, reference in _planned(run):
        path = f"reference-{reference.pk}.sketch"
        copy_blob(reference.sketch, workdir / path, reader=reader_of(job))
        declared = item.get("declared", "")
        row = {
            "id": reference.pk,
            "name": reference.name,
            "path": path,
            "public_since": reference.public_since.isoformat(),
            "lineage": declared if declared == OWN_LINEAGE else None,
        }
        spec["references"].append(row)
    spec["baselines"] = dump_baselines(_nulls(run))
    return command(spec, workdir)


def _planned(run: OriginalityRun) -> list[tuple[Outcome, Reference]]:
    """Return the references with their lines of the plan; a report over fewer or others than planned is not made."""
    planned = {item["id"]: item for item in run.plan["references"]}
    held = list(Reference.objects.filter(pk__in=planned).select_related("sketch"))
    if gone := sorted(item["name"] for pk, item in planned.items() if pk not in {row.pk for row in held}):
        raise InputError(f"Planned references are not in the registry any more: {', '.join(gone)}. Request a new run.")
    if changed := [row.name for row in held if row.sketch.sha256 != planned[row.pk]["sketch"]]:
        raise InputError(f"Sketches are not those that were planned: {', '.join(changed)}. Request a new run.")
    return [(planned[row.pk], row) for row in held]


def _nulls(run: OriginalityRun) -> Baselines:
    """Return the nulls that the plan froze, whatever the registry has come to hold; plans from before named none."""
    planned = run.plan.get("baselines")
    if planned is None:
        return current_baselines()
    found = baselines_of(planned["registry"])
    if (digest := digest_of_baselines(found)) != planned["sha256"]:
        raise InputError(
            f"The nulls were planned as {planned['sha256'][:12]} and are {digest[:12]} now: the engine or the registry's "
            "nulls were replaced. Request a new run."
        )
    return found


def _whole(run: OriginalityRun, job: Job, workdir: Path) -> Outcome:
    """Lay out the folders of a run that one job does."""
    sides = {Side.CANDIDATE.value: run.bundle} | ({Side.STEP0.value: run.step0} if run.step0 else {})
    for side, bundle in sides.items():
        materialise(bundle, workdir / side, reader=reader_of(job), purpose=ReadPurpose.ORIGINALITY)
    return {side: side for side in sides}


def _sketched(run: OriginalityRun, job: Job, workdir: Path) -> Outcome:
    """Lay out the partial sketches that the parts of the run left; no weight is read again."""
    found: dict[str, list[str]] = {}
    for part in run.parts.select_related("sketch").order_by("side", "number"):
        if part.sketch is None:
            raise InputError(f"Part {part} has no sketch.")
        path = f"{part.side}-{part.number}.sketch"
        copy_blob(part.sketch, workdir / path, reader=reader_of(job))
        found.setdefault(part.side, []).append(path)
    return dict(found)


def prepare_part(job: Job, workdir: Path) -> Command:
    part = SketchPart.objects.select_related("run__bundle", "run__step0").get(pk=job.payload["part"])
    bundle = part.run.bundle if part.side == Side.CANDIDATE else part.run.step0
    if bundle is None:
        raise InputError(f"There is no checkpoint for the part {part}.")
    materialise(bundle, workdir / "model", reader=reader_of(job), purpose=ReadPurpose.ORIGINALITY)
    return command({"kind": job.kind, "model": "model", "number": part.number, "of": part.of}, workdir)


def collect_part(job: Job, workdir: Path) -> Outcome:
    """Keep the partial sketch in the candidate's account until the run has put all of them together."""
    return {"sketch": store_file(workdir / PART_SKETCH, owner=job.account).pk}


def commit_part(job: Job, outcome: Outcome) -> None:
    SketchPart.objects.filter(pk=job.payload["part"]).update(sketch=outcome["sketch"])


def collect_report(job: Job, workdir: Path) -> Outcome:
    """Store each report as a blob of the candidate's account; the outcome names them."""
    run = OriginalityRun.objects.select_related("bundle").get(pk=job.payload["run"])
    result = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    stored = [
        {"reference": item["id"], "document": store_document(item["report"], owner=run.bundle.owner).pk}
        for item in result["reports"]
    ]
    sketch = store_file(workdir / CANDIDATE_SKETCH, owner=run.bundle.owner)
    return {"reports": stored, "binding": result["binding"], "sketch": sketch.pk}


def commit_report(job: Job, outcome: Outcome) -> None:
    """Write the comparisons; the partial sketches are let go, since what they made is kept whole."""
    run = OriginalityRun.objects.get(pk=job.payload["run"])
    declared = {item["id"]: item.get("declared", "") for item in run.plan["references"]}
    for item in outcome["reports"]:
        document = Blob.objects.get(pk=item["document"])
        with open_blob(document, reader=reader_of(job), purpose=ReadPurpose.REPORT) as stream:
            report = json.load(stream)
        fields = summary_fields(report) | {"report": report, "document": document}
        fields["declared"] = declared.get(item["reference"], "")
        Comparison.objects.update_or_create(run=run, reference_id=item["reference"], defaults=fields)
    run.binding, run.sketch_id = outcome["binding"], outcome["sketch"]
    run.save(update_fields=["binding", "sketch"])
    run.parts.update(sketch=None)


def summary_fields(report: dict[str, Any]) -> dict[str, Any]:
    """Return what lists show: the pooled alignment that finds most, beside coverage and share."""
    pooled = report["global"]["pooled"]
    best = max(pooled, key=lambda name: pooled[name]["z"], default="")
    return {
        "level": report["global"]["level"],
        "outcome": outcome_of(report),
        "alignment": best,
        "z": pooled[best]["z"] if best else None,
        "r2": pooled[best]["r2"] if best else None,
        "coverage": report["coverage"]["any"],
        "share": report["global"]["share_of_parameters_common_origin"],
    }
