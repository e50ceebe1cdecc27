"""Uploads of a team that still receive, are being checked or were refused: what its page shows live."""

import json
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from portal.artifacts.conf import store_settings
from portal.artifacts.enums import OPEN, UploadState
from portal.artifacts.models import StorageAccount, Upload
from portal.artifacts.selectors import used_bytes
from portal.intake.selectors import UploadProgress, progress_of
from portal.submissions import by_browser
from portal.submissions.models import Submission
from portal.submissions.selectors.arrival import owner_of
from portal.submissions.selectors.items import TONES, checklist

LISTED = 20
REFUSED_FOR = timedelta(days=3)  # how long a refusal stays on the page
NAMED = 3  # files named in a line


class UploadRow(NamedTuple):
    """`again` is what the page needs to go on with it, None where only the client can."""

    upload: Upload
    role: str
    tone: str
    progress: UploadProgress
    names: list[str]
    more: int
    again: dict[str, Any] | None

    @property
    def percent(self) -> int:
        return 100 * self.progress.held // self.progress.total if self.progress.total else 100

    @property
    def again_json(self) -> str:
        return json.dumps(self.again, ensure_ascii=False)

    @property
    def receives(self) -> bool:
        return self.upload.state == UploadState.DECLARED

    @property
    def checks(self) -> bool:
        return self.upload.state == UploadState.CHECKING


class Room(NamedTuple):
    """Bytes of the account's quota."""

    limit: int
    left: int


def on_the_way(submission: Submission) -> list[UploadRow]:
    """Return the account's uploads that are open, whoever sends them, and those lately refused; the newest first."""
    roles = {item.digest: item for item in submission.items.all()}
    rows = Upload.objects.filter(owner=owner_of(submission), state__in=OPEN)
    recent = Upload.objects.filter(
        owner=owner_of(submission), state=UploadState.REFUSED, active_at__gte=timezone.now() - REFUSED_FOR
    )
    found = (rows | recent).order_by("-declared_at")[:LISTED]
    return [_row(upload, item=roles.get(upload.digest)) for upload in found]


def room_of(submission: Submission) -> Room:
    """Return the account's quota and what is left of it."""
    owner = owner_of(submission)
    own = StorageAccount.objects.filter(owner=owner).values_list("limit", flat=True).first()
    limit = store_settings().quota_bytes if own is None else own
    return Room(limit, max(0, limit - used_bytes(owner)))


def stand_of(submission: Submission) -> str:
    """Return a text that changes when a part of the hand-in does: then the page draws its list anew."""
    lines = [line for row in checklist(submission) for line in row.items]
    return " ".join(f"{line.item.pk}:{line.standing.tone}:{int(line.standing.is_stored)}" for line in lines)


def _row(upload: Upload, *, item: Any) -> UploadRow:
    paths = [entry.path for entry in upload.plan.files]
    role = item.get_role_display() if item else ""
    again = None
    if upload.state == UploadState.DECLARED and by_browser.travels(paths, total=upload.plan.total_size):
        again = {
            "role": item.role if item else "",
            "role_name": str(role),
            "digest": upload.digest,
            "label": upload.label,
            "part_size": upload.plan.part_size,
            "folder": any("/" in path for path in paths),
        }
    return UploadRow(
        upload,
        role,
        TONES[UploadState(upload.state)],
        progress_of(upload),
        paths[:NAMED],
        max(0, len(paths) - NAMED),
        again,
    )
