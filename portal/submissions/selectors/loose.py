"""Uploads that no submission names yet: what a team sent and might forget to hand in."""

from typing import NamedTuple

from portal.artifacts.enums import OPEN, UploadState
from portal.artifacts.models import Upload
from portal.artifacts.selectors import held_bytes, missing_parts
from portal.common.viewer import Viewer
from portal.consortia.selectors import consortia_of
from portal.submissions.models import SubmissionItem
from portal.submissions.selectors.items import TONES

LISTED = 50


class LooseUpload(NamedTuple):
    """`held` of `total` bytes are here."""

    upload: Upload
    consortium: str
    files: int
    held: int
    total: int
    tone: str


def loose_uploads(viewer: Viewer) -> list[LooseUpload]:
    """Return what the viewer's consortia have sent and put into no submission, the newest first."""
    names = {row.account_key: row.name for row in consortia_of(viewer)}
    used = SubmissionItem.objects.filter(submission__entry__consortium__in=consortia_of(viewer)).values("digest")
    rows = Upload.objects.filter(owner__in=names, state__in=(*OPEN, UploadState.COMPLETE)).exclude(digest__in=used)
    rows = rows.exclude(bundle__destroyed_at__isnull=False).select_related("bundle")
    return [_described(row, consortium=names[row.owner]) for row in rows[:LISTED]]


def _described(upload: Upload, *, consortium: str) -> LooseUpload:
    held = held_bytes(upload, missing_parts(upload))
    tone = TONES[UploadState(upload.state)]
    return LooseUpload(upload, consortium, len(upload.plan.files), held, upload.plan.total_size, tone)
