"""The kind of work this app brings: lay out a checkpoint and a suite, run the core as a child, keep what it wrote."""

import json
import sys
from pathlib import Path
from typing import Any

from evaluation.actions import KIND, record_failure, record_results
from evaluation.core.run import OFFLINE, RAW, RESULT, SAMPLES
from evaluation.models import EvaluationRun
from portal.artifacts.actions import materialise, store_file
from portal.artifacts.enums import ReadPurpose
from portal.common.formats.hashing import sha256_of
from portal.jobs.errors import InputError, TransientError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of, register

OWNER = "evaluation"  # samples hold gold answers: they never belong to a team's account
TIME_LIMIT = 4 * 3600


def register_kinds() -> None:
    register(JobKind(KIND, prepare, collect, record_results, record_failure, time_limit=TIME_LIMIT))


def prepare(job: Job, workdir: Path) -> Command:
    """Write the specification the core reads; the checkpoint is laid out under its own names, read-only."""
    run = EvaluationRun.objects.select_related("bundle", "suite").get(pk=job.payload["run"])
    materialise(run.bundle, workdir / "checkpoint", reader=reader_of(job), purpose=ReadPurpose.BENCHMARK)
    spec = {"suite": run.suite.document, "checkpoint": "checkpoint", "limit": run.limit}
    (workdir / "spec.json").write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    return Command([sys.executable, "-m", "evaluation.core.run", "spec.json"], OFFLINE)


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    """Store samples and the harness's own output; refuse a result that is not of the frozen inputs."""
    run = EvaluationRun.objects.select_related("suite").get(pk=job.payload["run"])
    result = json.loads((workdir / RESULT).read_text(encoding="utf-8"))
    seen = result["frozen"]
    if seen["suite"]["digest"] != run.suite.digest or seen["limit"] != run.limit:
        raise InputError(f"The result is of suite {seen['suite']['digest'][:12]}…, the run is of another one.")
    for name, digest in result["artefacts"].items():
        if sha256_of(workdir / name) != digest:
            raise TransientError(f"{name} was changed after the result was written.")
    return {
        "metrics": result["metrics"],
        "frozen": seen,
        "seconds": result["seconds"],
        "samples": store_file(workdir / SAMPLES, owner=OWNER).pk,
        "raw": store_file(workdir / RAW, owner=OWNER).pk,
    }
