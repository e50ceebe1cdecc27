"""The two kinds of work: a report over all references, and the reading of training logs."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from originality.actions import store_document
from originality.core.baselines import dump_baselines
from originality.models import Comparison, OriginalityRun, Reference, TraceRun
from originality.selectors import current_baselines
from portal.artifacts.actions import materialise, open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of, register

Outcome = dict[str, Any]


def register_kinds() -> None:
    register(JobKind("originality.report", prepare_report, collect_report, commit_report))
    register(JobKind("originality.trace", prepare_trace, collect_trace, commit_trace, time_limit=1800))


def prepare_report(job: Job, workdir: Path) -> Command:
    """Lay out the candidate, step 0 and the planned references; a reference that was added later is not in the plan."""
    run = OriginalityRun.objects.select_related("bundle", "step0").get(pk=job.payload["run"])
    spec: Outcome = {"kind": job.kind, "candidate": "candidate", "references": []}
    materialise(run.bundle, workdir / "candidate", reader=reader_of(job), purpose=ReadPurpose.ORIGINALITY)
    if run.step0:
        materialise(run.step0, workdir / "step0", reader=reader_of(job), purpose=ReadPurpose.ORIGINALITY)
        spec["step0"] = "step0"
    planned = [item["id"] for item in run.plan["references"]]
    for reference in Reference.objects.filter(pk__in=planned).select_related("sketch"):
        path = f"reference-{reference.pk}.sketch"
        _copy(reference.sketch, workdir / path, reader=reader_of(job))
        item = {
            "id": reference.pk,
            "name": reference.name,
            "path": path,
            "public_since": reference.public_since.isoformat(),
        }
        spec["references"].append(item)
    spec["baselines"] = dump_baselines(current_baselines())
    return _command(spec, workdir)


def _copy(blob: Blob, target: Path, *, reader: str) -> None:
    with open_blob(blob, reader=reader, purpose=ReadPurpose.REFERENCE) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)


def _command(spec: Outcome, workdir: Path) -> Command:
    (workdir / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    return Command([sys.executable, "-m", "originality", "run", "spec.json"])


def collect_report(job: Job, workdir: Path) -> Outcome:
    """Store each report as a blob of the candidate's account; the outcome names them."""
    run = OriginalityRun.objects.select_related("bundle").get(pk=job.payload["run"])
    result = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    stored = [
        {"reference": item["id"], "document": store_document(item["report"], owner=run.bundle.owner).pk}
        for item in result["reports"]
    ]
    return {"reports": stored, "binding": result["binding"]}


def commit_report(job: Job, outcome: Outcome) -> None:
    run = OriginalityRun.objects.get(pk=job.payload["run"])
    for item in outcome["reports"]:
        document = Blob.objects.get(pk=item["document"])
        with open_blob(document, reader=reader_of(job), purpose=ReadPurpose.REPORT) as stream:
            report = json.load(stream)
        fields = summary_fields(report) | {"report": report, "document": document}
        Comparison.objects.update_or_create(run=run, reference_id=item["reference"], defaults=fields)
    run.binding = outcome["binding"]
    run.save(update_fields=["binding"])


def summary_fields(report: dict[str, Any]) -> dict[str, Any]:
    """Return what lists show: the pooled alignment that finds most, beside coverage and share."""
    pooled = report["global"]["pooled"]
    best = max(pooled, key=lambda name: pooled[name]["z"], default="")
    return {
        "level": report["global"]["level"],
        "alignment": best,
        "z": pooled[best]["z"] if best else None,
        "r2": pooled[best]["r2"] if best else None,
        "coverage": report["coverage"]["any"],
        "share": report["global"]["share_of_parameters_common_origin"],
    }


def prepare_trace(job: Job, workdir: Path) -> Command:
    run = TraceRun.objects.select_related("bundle", "checkpoint", "step0").get(pk=job.payload["run"])
    spec: Outcome = {"kind": job.kind, "logs": "logs"}
    materialise(run.bundle, workdir / "logs", reader=reader_of(job), purpose=ReadPurpose.TRACE)
    for name, bundle in (("checkpoint", run.checkpoint), ("step0", run.step0)):
        if bundle:
            materialise(bundle, workdir / name, reader=reader_of(job), purpose=ReadPurpose.TRACE)
            spec[name] = name
    return _command(spec, workdir)


def collect_trace(job: Job, workdir: Path) -> Outcome:
    document: Outcome = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    return document


def commit_trace(job: Job, outcome: Outcome) -> None:
    TraceRun.objects.filter(pk=job.payload["run"]).update(report=outcome)
