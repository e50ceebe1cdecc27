"""The work of a comparison: lay out the answers of every entry, run the core as a child, keep its document."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from evaluation.core.compare import RESULT, SPEC_SCHEMA
from evaluation.models import EvaluationRun
from portal.artifacts.actions import open_made
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, register, register_step
from portal.measurements.actions.comparing_entries import KIND, compare_sealed, metrics_of, record_comparison
from portal.measurements.models import PairedComparison

TIME_LIMIT = 3600


def register_work() -> None:
    register(JobKind(KIND, prepare, collect, record_comparison, time_limit=TIME_LIMIT))
    register_step(compare_sealed)


def prepare(job: Job, workdir: Path) -> Command:
    """Answers hold gold answers: they are copied into the folder of the attempt, which goes with it, and nowhere else."""
    row = PairedComparison.objects.select_related("suite").get(job=job)
    files = {}
    for number, (code, frozen) in enumerate(row.inputs["runs"].items()):
        files[code] = f"{number}.jsonl.gz"
        _lay_out(frozen, workdir / files[code])
    spec = {
        "schema": SPEC_SCHEMA,
        "seed": seed_of(row),
        "resamples": row.inputs["resamples"],
        "metrics": metrics_of(row.suite),
        "runs": files,
    }
    (workdir / "spec.json").write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    return Command([sys.executable, "-m", "evaluation.core.compare", "spec.json"])


def _lay_out(frozen: dict[str, str], path: Path) -> None:
    run = EvaluationRun.objects.select_related("samples").get(pk=frozen["run"])
    if run.samples is None or run.samples.sha256 != frozen["answers"]:
        raise InputError(f"The answers of run {run.pk} are not the ones that were to be compared.")
    with open_made(run.samples) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)


def seed_of(row: PairedComparison) -> int:
    """Follows from what is compared, so nobody chooses it."""
    return int(row.inputs_digest[:15], 16)


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((workdir / RESULT).read_text(encoding="utf-8"))
    return found
