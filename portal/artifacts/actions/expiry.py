"""What is no longer on its way or no longer referred to. Both actions are meant to be called again and again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.artifacts import store
from portal.artifacts.conf import store_dir, store_settings
from portal.artifacts.enums import AuditAction, UploadState
from portal.artifacts.models import Blob, Upload, UploadPart
from portal.audit.actions import record


def expire_uploads(*, now: datetime | None = None) -> int:
    """Close uploads that have received nothing for the setting's time; returns how many."""
    before = (now or timezone.now()) - store_settings().expiry
    stale = Upload.objects.filter(state=UploadState.DECLARED, active_at__lt=before).values_list("pk", flat=True)
    return sum(_expire(upload, before=before) for upload in list(stale))


@transaction.atomic
def _expire(pk: UUID, *, before: datetime) -> bool:
    upload = Upload.objects.select_for_update().get(pk=pk)
    if upload.state != UploadState.DECLARED or upload.active_at >= before:
        return False
    upload.parts.all().delete()
    Upload.objects.filter(pk=pk).update(state=UploadState.EXPIRED, reserved=0)
    record(AuditAction.EXPIRED, actor="system", subject=f"upload:{pk}", after={"bundle": upload.digest})
    transaction.on_commit(lambda: store.remove_incoming(pk))
    return True


def collect_store(*, now: datetime | None = None) -> int:
    """Remove leftovers of closed uploads, and objects to which no blob refers; returns how many were removed."""
    before = (now or timezone.now()) - store_settings().orphan_age
    UploadPart.objects.filter(upload__state=UploadState.COMPLETE, upload__active_at__lt=before).delete()
    unused_since = before.timestamp()
    return _collect_incoming(unused_since) + _collect_objects(unused_since)


def _collect_incoming(unused_since: float) -> int:
    still_open = {str(pk) for pk in Upload.objects.filter(state=UploadState.DECLARED).values_list("pk", flat=True)}
    stale = [
        path
        for path in (store_dir() / "incoming").glob("*")
        if path.name not in still_open and path.stat().st_mtime <= unused_since
    ]
    for path in stale:
        path.unlink() if path.is_file() else store.remove_incoming(path.name)
    return len(stale)


def _collect_objects(unused_since: float) -> int:
    removed = 0
    for path in (store_dir() / "objects").glob("*/*"):
        if not Blob.objects.filter(sha256=path.name).exists():
            removed += store.remove_object(path, unused_since=unused_since)
    return removed
