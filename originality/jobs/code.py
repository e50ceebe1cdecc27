"""The comparison of a team's code with the corpora of its plan."""

import json
from pathlib import Path

from originality.actions import store_document
from originality.core.code.work import PASSAGES
from originality.jobs.child import Outcome, command, copy_blob
from originality.models import CodeCorpus, CodeRun
from portal.artifacts.actions import materialise, open_made, store_file
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of


def prepare(job: Job, workdir: Path) -> Command:
    """Lay out the bundle and the indexes; one that is not what was planned ends the run."""
    run = CodeRun.objects.select_related("bundle").get(pk=job.payload["run"])
    materialise(run.bundle, workdir / "code", reader=reader_of(job), purpose=ReadPurpose.CODE)
    spec = {
        "kind": job.kind,
        "code": "code",
        "corpora": _laid(run, workdir, job=job),
        "components": run.plan["components"],
        "plan_digest": run.plan_digest,
    }
    return command(spec, workdir)


def _laid(run: CodeRun, workdir: Path, *, job: Job) -> list[str]:
    planned = run.plan["corpora"]
    held = CodeCorpus.objects.filter(pk__in=[row["id"] for row in planned]).select_related("index").in_bulk()
    if gone := [row["name"] for row in planned if row["id"] not in held or held[row["id"]].digest != row["digest"]]:
        raise InputError(f"Planned corpora are gone or are others now: {', '.join(gone)}. Request a new run.")
    paths = []
    for row in planned:
        path = f"corpus-{row['id']}.safetensors"
        copy_blob(held[row["id"]].index, workdir / path, reader=reader_of(job))
        paths.append(path)
    return paths


def collect(job: Job, workdir: Path) -> Outcome:
    """Keep the report and both texts of its passages in the account of the code."""
    report = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    document = store_document(report, owner=job.account)
    passages = store_file(workdir / PASSAGES, owner=job.account)
    return {"document": document.pk, "passages": passages.pk}


def commit(job: Job, outcome: Outcome) -> None:
    with open_made(Blob.objects.get(pk=outcome["document"])) as stream:
        report = json.load(stream)
    CodeRun.objects.filter(pk=job.payload["run"]).update(
        report=report, document=outcome["document"], passages=outcome["passages"]
    )


KINDS = (JobKind("originality.code", prepare, collect, commit, time_limit=2 * 3600),)
