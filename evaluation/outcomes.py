"""What a child left in its folder, read with care: it sat beside a model that somebody handed in."""

import json
from pathlib import Path
from typing import Any

from evaluation.core.kept import FINISHED, RAW, SAMPLES, cut_to_finished
from evaluation.core.run import RESULT, RESULT_SCHEMA
from evaluation.models import EvaluationRun
from portal.artifacts.actions import store_file
from portal.common.formats.hashing import sha256_of
from portal.jobs.errors import InputError, TransientError
from portal.jobs.worker.child import open_plain

OWNER = "evaluation"  # samples hold gold answers: they never belong to a team's account
LARGEST_RESULT = 64 * 1024 * 1024  # bytes
FILES = (SAMPLES, RAW)


def checked_result(run: EvaluationRun, workdir: Path, *, group: str | None) -> dict[str, Any]:
    """Return the result of the frozen inputs; another one, or files that do not match it, are refused."""
    result = read_result(workdir)
    seen = result["frozen"]
    frozen = (run.suite.digest, run.limit, group)
    if (seen["suite"]["digest"], seen["limit"], seen["group"]) != frozen:
        raise InputError(f"The result is of suite {seen['suite']['digest'][:12]}…, the run is of another one.")
    for name, digest in result["artefacts"].items():
        require_plain(workdir / name)
        if sha256_of(workdir / name) != digest:
            raise TransientError(f"{name} was changed after the result was written.")
    return result


def read_result(workdir: Path) -> dict[str, Any]:
    with open_plain(workdir / RESULT) as file:
        raw = file.read(LARGEST_RESULT + 1)
    if len(raw) > LARGEST_RESULT:
        raise InputError(f"{RESULT} is larger than {LARGEST_RESULT} bytes.")
    found: dict[str, Any] = json.loads(raw)
    if found.get("schema") != RESULT_SCHEMA:
        raise TransientError(
            f"{RESULT} is not of the schema {RESULT_SCHEMA}; workers of two versions run side by side."
        )
    return found


def require_plain(path: Path) -> None:
    """Raise unless the name is a file of this folder and no link to another place."""
    open_plain(path).close()


def kept_files(workdir: Path) -> dict[str, Any]:
    """Store samples and raw output; their keys."""
    for name in FILES:
        require_plain(workdir / name)
    return {
        "samples": store_file(workdir / SAMPLES, owner=OWNER).pk,
        "raw": store_file(workdir / RAW, owner=OWNER).pk,
    }


def salvaged(workdir: Path) -> dict[str, Any]:
    """What the tasks that were done had written when the child failed; {} where there are none."""
    for name in (SAMPLES, FINISHED):
        if not (workdir / name).exists():
            return {}
        require_plain(workdir / name)
    done = cut_to_finished(workdir)
    if not done:
        return {}
    return kept_files(workdir) | {
        "metrics": [metric for row in done for metric in row.metrics],
        "usage": [row.usage for row in done],
        "index": [member for row in done for member in row.members],
    }
