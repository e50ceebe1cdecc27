"""The job that joins the groups of a run: one file of samples, one set of figures, generated code judged."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from evaluation.core.join import FOLDER, PART
from evaluation.core.kept import RAW, SAMPLES
from evaluation.models import EvaluationRun, RunPart
from evaluation.outcomes import checked_result, kept_files
from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.jobs.models import Job
from portal.jobs.registry import Command, reader_of


def prepare_join(job: Job, workdir: Path) -> Command:
    """Lay out what every part has left, in the order of the suite's groups.

    No walls around it: it opens nothing of the checkpoint, and itself puts walls around each program it judges.
    """
    run = _run_of(job)
    for number, part in enumerate(run.parts.select_related("samples", "raw")):
        _lay_out(part, workdir / FOLDER / str(number), job=job)
    spec = {"suite": run.suite.document, "limit": run.limit}
    (workdir / "spec.json").write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    return Command([sys.executable, "-m", "evaluation.core.join", "spec.json"])


def _lay_out(part: RunPart, folder: Path, *, job: Job) -> None:
    folder.mkdir(parents=True)
    told = {"frozen": part.seen, "seconds": part.seconds, "index": part.index}
    (folder / PART).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    for name, blob in ((SAMPLES, part.samples), (RAW, part.raw)):
        _copy(blob, folder / name, job=job)


def _copy(blob: Blob | None, path: Path, *, job: Job) -> None:
    if blob is None:
        raise ValueError(f"{path.name} of a part that has succeeded is not there; the row was changed by hand.")
    with open_blob(blob, reader=reader_of(job), purpose=ReadPurpose.BENCHMARK) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)


def collect_joined(job: Job, workdir: Path) -> dict[str, Any]:
    result = checked_result(_run_of(job), workdir, group=None)
    wanted = ("metrics", "index", "frozen", "seconds")
    return kept_files(workdir) | {name: result[name] for name in wanted}


def _run_of(job: Job) -> EvaluationRun:
    return EvaluationRun.objects.select_related("suite").get(pk=job.payload["run"])
