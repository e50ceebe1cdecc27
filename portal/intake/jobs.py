"""The check of a large upload as durable work: asked for with the upload's own step, done by a process of the portal.

That process (`portal.intake.child`) has the worker's environment, unlike the children that run models: it executes nothing of a team and
needs the store's keys and the database, so that every file that is done stays done when it is killed.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.db import transaction

from portal.artifacts.actions import end_check, seal_upload
from portal.artifacts.conf import store_settings
from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload
from portal.jobs.actions import enqueue
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of, register

KIND = "intake.check"
KEPT = ("HOME", "TMPDIR", "PYTHONPATH")  # as the worker sets them for every child
TIME_LIMIT = 24 * 3600  # seconds: 1.5 TB from a store that gives 20 MB/s
URGENT = 10  # a team waits for the answer


def register_kinds() -> None:
    register(JobKind(KIND, prepare, collect, commit, failed, max_attempts=10, time_limit=TIME_LIMIT))


def key_of(upload: Upload) -> str:
    """One job per round: an upload that was opened again is checked anew."""
    return f"{KIND}:{upload.pk}:{upload.checks}"


def request_check(upload: Upload, *, actor: str) -> Job:
    payload = {"upload": str(upload.pk)}
    return enqueue(KIND, key=key_of(upload), payload=payload, actor=actor, priority=URGENT, account=upload.owner)


def prepare(job: Job, workdir: Path) -> Command:
    spec = {"upload": job.payload["upload"], "threads": store_settings().check_threads}
    (workdir / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in KEPT}
    return Command([sys.executable, "-m", "portal.intake.child", "spec.json"], env=environment)


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    outcome: dict[str, Any] = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    return outcome


@transaction.atomic
def commit(job: Job, outcome: dict[str, Any]) -> None:
    """Sound, or stopped with the reason; nothing if the upload was cancelled meanwhile."""
    upload = Upload.objects.select_for_update().get(pk=job.payload["upload"])
    if upload.state != UploadState.CHECKING:
        return
    if stopped := outcome.get("stopped"):
        end_check(upload, _error(stopped), actor=job.requested_by)
    else:
        seal_upload(upload, actor=job.requested_by, reader=reader_of(job))


def failed(job: Job) -> None:
    """The check broke off for good (a store that does not answer, say): open again, so that the team can ask again."""
    reopen(Upload.objects.get(pk=job.payload["upload"]), why=job.cause)


def reopen(upload: Upload, *, why: str) -> None:
    error = ArtifactError("check_failed", f"The check broke off ({why}).", hint="Nothing is lost. Complete it again.")
    end_check(upload, error, actor="system")


def _error(said: dict[str, str]) -> ArtifactError:
    return ArtifactError(said["error"], said["detail"], where=said["where"], hint=said["hint"])
