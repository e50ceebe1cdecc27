"""How far an upload is, for people: bytes received, then files checked, and why it stands still if it does."""

from typing import NamedTuple

from portal.artifacts.enums import UploadState
from portal.artifacts.models import Upload
from portal.artifacts.selectors import held_bytes, missing_parts
from portal.intake.jobs import key_of
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.selectors import explain, why_waiting


class UploadProgress(NamedTuple):
    """Sizes in bytes. `waiting` and `failure` are sentences in the reader's language, empty when there is nothing to say."""

    state: UploadState
    held: int
    total: int
    checked: int
    checked_bytes: int
    files: int
    waiting: str
    failure: str


def progress_of(upload: Upload) -> UploadProgress:
    """`failure` is that of a check that broke off, not a refusal: that one stands in `Upload.refusal`."""
    job = Job.objects.filter(idempotency_key=key_of(upload)).first() if upload.checks else None
    reopened = upload.state == UploadState.DECLARED and job is not None and job.state == JobState.FAILED
    return UploadProgress(
        state=UploadState(upload.state),
        held=held_bytes(upload, missing_parts(upload)),
        total=upload.plan.total_size,
        checked=upload.checked,
        checked_bytes=upload.checked_bytes,
        files=len(upload.plan.files),
        waiting=why_waiting(job) if job and upload.state == UploadState.CHECKING else "",
        failure=explain(job) if job and reopened else "",
    )
