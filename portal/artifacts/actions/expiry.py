"""What is no longer on its way or no longer referred to. Both actions are meant to be called again and again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.artifacts.conf import store_settings
from portal.artifacts.enums import OPEN, AuditAction, UploadState
from portal.artifacts.models import Blob, Upload, UploadFile, UploadPart
from portal.artifacts.stores import account_name, current_store
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
    transaction.on_commit(lambda: current_store().remove_incoming(pk))
    return True


def collect_store(*, now: datetime | None = None) -> int:
    """Remove leftovers of closed uploads, and objects to which no blob refers; returns how many were removed."""
    before = (now or timezone.now()) - store_settings().orphan_age
    UploadPart.objects.filter(upload__state=UploadState.COMPLETE, upload__active_at__lt=before).delete()
    UploadFile.objects.filter(upload__active_at__lt=before).exclude(upload__state__in=OPEN).delete()
    unused_since = before.timestamp()
    return _collect_incoming(unused_since) + _collect_objects(unused_since)


def _collect_incoming(unused_since: float) -> int:
    store = current_store()
    still_open = {str(pk) for pk in Upload.objects.filter(state__in=OPEN).values_list("pk", flat=True)}
    stale = [name for name, changed in store.incoming_uploads() if name not in still_open and changed <= unused_since]
    for name in stale:
        store.remove_incoming(name)
    return len(stale)


def _collect_objects(unused_since: float) -> int:
    store = current_store()
    owners = {account_name(owner): owner for owner in Blob.objects.values_list("owner", flat=True).distinct()}
    removed = 0
    for item in store.objects():
        if not Blob.objects.filter(owner=owners.get(item.account, ""), sha256=item.sha256).exists():
            removed += store.remove_unused(item, unused_since=unused_since)
    return removed
