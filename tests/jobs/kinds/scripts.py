"""Kinds of jobs for tests: the child is a Python script given in the payload, its result a row."""

import errno
import json
import sys
from pathlib import Path
from typing import Any

from django.apps import apps

from portal.common.sandbox.spec import Sandbox
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind

WALLS = Sandbox(memory_mb=512, processes=32, file_mb=16, scratch_mb=16)

PRELUDE = """
import json, os, sys, time
from pathlib import Path
def result(value):
    Path("result.tmp").write_text(json.dumps({"value": value}))
    os.rename("result.tmp", "result.json")
def progress(done, total, note=""):
    with open("progress.jsonl", "a") as file:
        file.write(json.dumps({"done": done, "total": total, "note": note}) + "\\n")
def error(message, transient=False, code=2):
    Path("error.json").write_text(json.dumps({"message": message, "transient": transient}))
    sys.exit(code)
"""


def script_kind(name: str, **options: Any) -> JobKind:
    return JobKind(name=name, prepare=prepare, collect=collect, commit=commit, **({"max_attempts": 5} | options))


def prepare(job: Job, workdir: Path) -> Command:
    (workdir / "child.py").write_text(PRELUDE + job.payload["script"], encoding="utf-8")
    return Command([sys.executable, "-I", "-S", "child.py"], sandbox=WALLS if job.payload.get("walled") else None)


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    """Fails for a full disk as often as the payload says, counted in a file outside the working folder."""
    if counter := job.payload.get("disk_full_until"):
        path = Path(counter["file"])
        seen = int(path.read_text()) if path.exists() else 0
        path.write_text(str(seen + 1))
        if seen < counter["times"]:
            raise OSError(errno.ENOSPC, "No space left on device")
    return json.loads((workdir / "result.json").read_text(encoding="utf-8"))


def commit(job: Job, outcome: dict[str, Any]) -> None:
    apps.get_model("kinds", "Result").objects.create(job_id=job.pk, fence=job.fence, value=str(outcome["value"]))
