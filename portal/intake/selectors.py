"""For people: how far an upload is and why it stands still, and what its check found out about the weights."""

from collections import Counter
from typing import NamedTuple

from portal.artifacts.enums import UploadState
from portal.artifacts.models import BlobSummary, Bundle, Upload
from portal.artifacts.selectors import held_bytes, missing_parts
from portal.intake.jobs import key_of
from portal.intake.watching import KIND
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


class WeightFacts(NamedTuple):
    """Of all shards of a bundle that were summarised: numbers by dtype, tensors with NaN or infinite numbers, the first names."""

    tensors: int
    parameters: dict[str, int]
    bad: int
    named: list[str]

    @property
    def total(self) -> int:
        return sum(self.parameters.values())


def weight_facts(bundle: Bundle) -> WeightFacts | None:
    """None for a bundle without weights, or one stored before there were summaries."""
    rows = BlobSummary.objects.filter(kind=KIND, blob__uses__bundle=bundle).order_by("blob__uses__path")
    facts = list(rows.values_list("facts", flat=True))
    if not facts:
        return None
    parameters: Counter[str] = Counter()
    for item in facts:
        parameters.update(item["parameters"])
    named = [name for item in facts for name in item["named"]]
    return WeightFacts(
        sum(item["tensors"] for item in facts), dict(parameters), sum(item["bad"] for item in facts), named[:5]
    )
