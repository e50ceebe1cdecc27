"""What happens without a person: calls are met or missed, approved destructions are carried out, sketches are made again."""

import json
import sys
from pathlib import Path
from typing import Any

from portal.artifacts.actions import materialise
from portal.artifacts.enums import ReadPurpose
from portal.common.formats.foreign_text import shown
from portal.custody import actions
from portal.custody.actions.calls import KIND
from portal.custody.enums import Finding
from portal.custody.models import CalledCheckpoint
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of, register, register_step


def register_work() -> None:
    register(JobKind(KIND, prepare, collect, commit, failed))
    register_step(actions.receive_called)
    register_step(actions.lapse_calls)
    register_step(actions.carry_out_destructions)


def prepare(job: Job, workdir: Path) -> Command:
    """Lay out the checkpoint that arrived and the sketch that was deposited for it."""
    call = CalledCheckpoint.objects.select_related("bundle", "deposit__sketch").get(pk=job.payload["call"])
    if call.bundle is None or call.deposit.sketch is None:
        raise InputError("This call has no bytes or no sketch.")
    reading = {"reader": reader_of(job), "purpose": ReadPurpose.CALLED}
    materialise(call.bundle, workdir / "checkpoint", **reading)
    materialise(call.deposit.sketch, workdir / "sketch", **reading)
    (name,) = (entry.path for entry in call.deposit.sketch.entries())
    argv = [sys.executable, "-m", "originality", "agree", f"sketch/{name}", "checkpoint", "--json", "result.json"]
    return Command(argv)


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    return {"differs": [shown(name) for name in found["differs"][:100]]}


def commit(job: Job, outcome: dict[str, Any]) -> None:
    actions.record_finding(job, Finding.DIFFERS if outcome["differs"] else Finding.SAME)


def failed(job: Job) -> None:
    actions.record_finding(job, Finding.UNREADABLE)
