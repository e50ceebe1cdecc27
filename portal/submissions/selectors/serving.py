"""The server of an own architecture that a submission hands in, and the source of its benchmarks that follows from it."""

from functools import lru_cache
from typing import Any, NamedTuple

from evaluation.core.endpoint.contract import LARGEST, NAME, Serving, check_files, read_serving
from evaluation.core.endpoint.faults import ServedError
from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob, Bundle
from portal.submissions.enums import Role, RunKind
from portal.submissions.models import Submission


class HandedServer(NamedTuple):
    """`serving` is None where the contract cannot be read; `problem` then says why."""

    bundle: Bundle
    serving: Serving | None
    problem: str


def has_server(submission: Submission) -> bool:
    """Say whether the submission is measured through a server of its own, and so waits for the officer who starts it."""
    return submission.items.filter(role=Role.SERVING).exists()


def waits_for_start(submission: Submission) -> bool:
    """Say whether no benchmark was asked for because the server has not been started."""
    return has_server(submission) and not submission.runs.filter(kind=RunKind.BENCHMARK).exists()


def server_of(submission: Submission) -> HandedServer | None:
    """Return what was handed in as the server; None where there is none or its bytes are not here."""
    item = submission.items.filter(role=Role.SERVING, bundle__isnull=False).select_related("bundle").first()
    if item is None or item.bundle is None:
        return None
    blob = item.bundle.files.filter(path=NAME).values_list("blob_id", "blob__sha256").first()
    paths = [row["path"] for row in item.bundle.file_list()]
    try:
        if blob is None:
            return HandedServer(item.bundle, None, f"{NAME}: is missing")
        serving = _read(*blob)
        check_files(serving, paths)
    except ServedError as error:
        return HandedServer(item.bundle, None, str(error))
    return HandedServer(item.bundle, serving, "")


def source_of(submission: Submission) -> dict[str, Any] | None:
    """Return the source of benchmarks as a run freezes it; None for a checkpoint that the portal loads itself."""
    handed = server_of(submission)
    if handed is None or handed.serving is None:
        return None
    return {"kind": "endpoint", "serving": handed.bundle.digest, "document": dict(handed.serving.document)}


@lru_cache(maxsize=256)
def _read(blob_id: int, sha256: str) -> Serving:
    """Read once per process, so that looking at the page is no entry in the team's list of reads."""
    with open_blob(Blob.objects.get(pk=blob_id), reader="system", purpose=ReadPurpose.DECLARATION) as file:
        return read_serving(file.read(LARGEST + 1))
