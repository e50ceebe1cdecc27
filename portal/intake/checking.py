"""One round of a check, from the state on the upload's row to an outcome that a job can commit."""

import time
from typing import Any

from portal.artifacts.actions.checking import Note, check_files
from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload
from portal.artifacts.stores import current_store

PATIENCE = 60.0  # seconds for the process of an earlier attempt to come to its end
ANSWERS = frozenset({"parts_missing", "file_refused"})  # the rest are mishaps, tried again


def outcome_of(pk: str, *, threads: int, note: Note | None = None, patience: float = PATIENCE) -> dict[str, Any]:
    """`{"sound": true}`, `{"stopped": {…}}`, or `{"state": …}` when there is nothing to check any more."""
    until = time.monotonic() + patience
    while True:
        upload = Upload.objects.get(pk=pk)
        if upload.state != UploadState.CHECKING:
            return {"state": upload.state}
        try:
            with current_store().alone(upload.pk):
                check_files(upload, threads=threads, note=note)
        except ArtifactError as error:
            if error.code in ANSWERS:
                return {"stopped": error.document()}
            if error.code == "not_open":
                continue
            if error.code != "checking" or time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return {"sound": True}
