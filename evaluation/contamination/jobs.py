"""The two kinds of work: a data sample against suites, and the gaps of a finished run."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from evaluation.contamination.actions import CONTAMINATION, PARAPHRASE, record_contamination, record_gaps, request_gaps
from evaluation.contamination.models import ContaminationRun
from evaluation.contamination.selectors import reworded_in
from evaluation.core.contamination import GAP_SCHEMA, SPEC_SCHEMA
from evaluation.models import EvaluationRun, Suite
from portal.artifacts.actions import materialise, open_blob, store_file
from portal.artifacts.enums import ReadPurpose
from portal.common.sandbox.spec import Sandbox
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of, register, register_step

OWNER = "evaluation"
RESULT, SAMPLES = "result.json", "samples.jsonl.gz"
WALLS = Sandbox(memory_mb=8192, processes=64, file_mb=1024)
HOURS = 3600


def register_kinds() -> None:
    register(JobKind(CONTAMINATION, prepare, collect, record_contamination, time_limit=24 * HOURS))
    register(JobKind(PARAPHRASE, prepare_gaps, collect_gaps, record_gaps, time_limit=HOURS))
    register_step(request_gaps)


def prepare(job: Job, workdir: Path) -> Command:
    """Lay the sample out read-only beside the suites as they were planned."""
    run = ContaminationRun.objects.select_related("bundle").get(pk=job.payload["run"])
    materialise(run.bundle, workdir / "sample", reader=reader_of(job), purpose=ReadPurpose.BENCHMARK)
    spec = {"schema": SPEC_SCHEMA, "suites": planned_suites(run), "sample": "sample"}
    return _child("evaluation.core.contamination.run", spec, workdir)


def planned_suites(run: ContaminationRun) -> list[dict[str, Any]]:
    digests = [row["digest"] for row in run.plan["suites"]]
    found = {suite.digest: suite.document for suite in Suite.objects.filter(digest__in=digests)}
    if missing := [row["name"] for row in run.plan["suites"] if row["digest"] not in found]:
        raise InputError(f"Planned suites are gone: {', '.join(missing)}. Ask for the check again.")
    return [found[digest] for digest in digests]


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    """The report names items of public suites alone, so it belongs to the portal and may be shown to the team."""
    return {"document": store_file(workdir / RESULT, owner=OWNER).pk}


def prepare_gaps(job: Job, workdir: Path) -> Command:
    """Lay out the answers of the run with the pairs of its tasks."""
    run = EvaluationRun.objects.select_related("suite", "samples").get(pk=job.payload["run"])
    if run.samples is None:
        raise InputError("The run keeps no answers, so nothing can be compared.")
    with (
        open_blob(run.samples, reader=reader_of(job), purpose=ReadPurpose.BENCHMARK) as source,
        (workdir / SAMPLES).open("wb") as target,
    ):
        shutil.copyfileobj(source, target)
    pairs = reworded_in(run.suite)
    metrics = {task["name"]: task["metrics"] for task in run.suite.document["tasks"]}
    wanted = {task: [name for name in metrics[task] if name in metrics[other]] for task, other in pairs.items()}
    seed = run.suite.document["seeds"]["harness"]
    spec = {"schema": GAP_SCHEMA, "answers": SAMPLES, "pairs": pairs, "metrics": wanted, "seed": seed}
    return _child("evaluation.core.paraphrase", spec, workdir)


def collect_gaps(_job: Job, workdir: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((workdir / RESULT).read_text(encoding="utf-8"))
    return result


def _child(module: str, spec: dict[str, Any], workdir: Path) -> Command:
    (workdir / "spec.json").write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    return Command([sys.executable, "-m", module, "spec.json"], sandbox=WALLS)
