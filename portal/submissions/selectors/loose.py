"""Uploads that no submission names yet: what a team sent and might forget to hand in."""

from typing import NamedTuple

from django.db.models import QuerySet

from portal.artifacts.enums import OPEN, UploadState
from portal.artifacts.models import Upload
from portal.artifacts.selectors import held_bytes, missing_parts
from portal.common.viewer import Viewer
from portal.consortia.models import Consortium
from portal.consortia.selectors import consortia_of
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.registry import used_elsewhere
from portal.submissions.selectors.items import TONES

LISTED = 20


class LooseUpload(NamedTuple):
    """`held` of `total` bytes are here."""

    upload: Upload
    consortium: str
    files: int
    held: int
    total: int
    tone: str

    @property
    def short(self) -> str:
        """Stands for an upload without a label."""
        return str(self.upload.pk)[:8]


def loose_uploads(viewer: Viewer) -> list[LooseUpload]:
    """Return what the viewer's consortia have sent and put into no submission, the newest first."""
    return _loose(consortia_of(viewer))


def loose_uploads_for(submission: Submission) -> list[LooseUpload]:
    """Return what the consortium behind the submission has sent and put into none."""
    return _loose(Consortium.objects.filter(pk=submission.entry.consortium_id))


def _loose(consortia: QuerySet[Consortium]) -> list[LooseUpload]:
    names = {row.account_key: row.name for row in consortia}
    used = SubmissionItem.objects.filter(submission__entry__consortium__in=consortia).values("digest")
    rows = Upload.objects.filter(owner__in=names, state__in=(*OPEN, UploadState.COMPLETE)).exclude(digest__in=used)
    rows = rows.exclude(digest__in=used_elsewhere(consortia))
    rows = rows.exclude(bundle__destroyed_at__isnull=False).select_related("bundle")
    rows = rows.defer("manifest")  # megabytes, and a bundle knows its own
    return [_described(row, consortium=names[row.owner]) for row in rows[:LISTED]]


def _described(upload: Upload, *, consortium: str) -> LooseUpload:
    tone = TONES[UploadState(upload.state)]
    if bundle := upload.bundle:
        return LooseUpload(upload, consortium, len(bundle.file_list()), bundle.total_size, bundle.total_size, tone)
    held = held_bytes(upload, missing_parts(upload))
    return LooseUpload(upload, consortium, len(upload.plan.files), held, upload.plan.total_size, tone)
