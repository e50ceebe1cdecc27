"""What every kind of work lays out for its child."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from portal.artifacts.actions import open_blob, open_made
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.jobs.registry import Command

Outcome = dict[str, Any]


def copy_blob(blob: Blob, target: Path, *, reader: str) -> None:
    with open_blob(blob, reader=reader, purpose=ReadPurpose.REFERENCE) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)


def copy_made(blob: Blob, target: Path) -> None:
    """Lay out what a job of the portal left: the list of reads has a line of that job, and needs no other."""
    with open_made(blob) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)


def command(spec: Outcome, workdir: Path) -> Command:
    (workdir / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    return Command([sys.executable, "-m", "originality", "run", "spec.json"])
