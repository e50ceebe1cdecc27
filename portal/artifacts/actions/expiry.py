"""What is no longer on its way or no longer referred to. Both actions are meant to be called again and again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.artifacts.conf import store_settings
from portal.artifacts.enums import OPEN, AuditAction, UploadState
from portal.artifacts.models import Blob, FileKey, Upload, UploadFile, UploadPart
from portal.artifacts.stores import account_name, current_store
from portal.artifacts.transitions import UPLOAD
from portal.audit.actions import record
from portal.common.transitions import find


class Collected(NamedTuple):
    """How many were removed: leftovers on their way, blobs that nothing uses, objects and keys without a blob."""

    leftovers: int
    blobs: int
    objects: int
    keys: int


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
    Upload.objects.filter(pk=pk).update(state=find(UPLOAD, "expire", upload.state).target, reserved=0)
    record(AuditAction.EXPIRED, actor="system", subject=f"upload:{pk}", after={"bundle": upload.digest})
    transaction.on_commit(lambda: current_store().remove_incoming(pk))
    return True


def collect_store(*, now: datetime | None = None) -> Collected:
    """Remove what nobody waits for and nothing refers to, once it is older than the setting's age."""
    before = (now or timezone.now()) - store_settings().orphan_age
    UploadPart.objects.filter(upload__state=UploadState.COMPLETE, upload__active_at__lt=before).delete()
    UploadFile.objects.filter(upload__active_at__lt=before).exclude(upload__state__in=OPEN).delete()
    unused_since = before.timestamp()
    return Collected(
        leftovers=_collect_incoming(unused_since),
        blobs=_collect_blobs(before),
        objects=_collect_objects(unused_since),
        keys=_collect_keys(before),
    )


def _collect_incoming(unused_since: float) -> int:
    store = current_store()
    still_open = {str(pk) for pk in Upload.objects.filter(state__in=OPEN).values_list("pk", flat=True)}
    stale = [name for name, changed in store.incoming_uploads() if name not in still_open and changed <= unused_since]
    for name in stale:
        store.remove_incoming(name)
    return len(stale)


def _collect_blobs(before: datetime) -> int:
    """Blobs that no bundle, no run and no document refers to, unless an open upload counts on them."""
    awaited = set(_awaited())
    old = unused_blobs().filter(renewed__lte=before).values_list("pk", "owner", "sha256").iterator()
    stale = [pk for pk, *name in old if tuple(name) not in awaited]
    removed = sum(_remove_blob(pk, before=before) for pk in stale)
    if removed:
        with transaction.atomic():
            record(AuditAction.COLLECTED, actor="system", subject="store", after={"blobs": removed})
    return removed


@transaction.atomic
def _remove_blob(pk: int, *, before: datetime) -> bool:
    """Looks once more under the lock: it may have been renewed or referred to meanwhile."""
    blob = unused_blobs().select_for_update().filter(pk=pk, renewed__lte=before).first()
    if blob:
        blob.delete()
    return blob is not None


def unused_blobs() -> models.QuerySet[Blob]:
    rows = Blob.objects.all()
    for field in keeping_fields():
        users = field.model._base_manager.filter(**{field.name: OuterRef("pk")})  # noqa: SLF001 - also of hidden rows
        rows = rows.filter(~Exists(users))
    return rows


def keeping_fields() -> list[models.ForeignKey[Any, Any]]:
    """Every field of every app that keeps a blob by referring to it. A summary goes with its blob and keeps none."""
    found = Blob._meta.get_fields(include_hidden=True)  # noqa: SLF001 - Django's documented name
    relations = [relation for relation in found if isinstance(relation, models.ManyToOneRel)]
    return [relation.field for relation in relations if relation.on_delete is not models.CASCADE]


def _awaited() -> Iterator[tuple[str, str]]:
    """Account and digest of every file of an open upload: what is stored of it need not be sent."""
    for owner, manifest in Upload.objects.filter(state__in=OPEN).values_list("owner", "manifest").iterator():
        for entry in manifest["files"]:
            yield owner, entry["sha256"]


def _collect_objects(unused_since: float) -> int:
    store = current_store()
    owners = _owners()
    removed = 0
    for item in store.objects():
        if not Blob.objects.filter(owner=owners.get(item.account, ""), sha256=item.sha256).exists():
            removed += store.remove_unused(item, unused_since=unused_since)
    return removed


def _collect_keys(before: datetime) -> int:
    """Of sealed files that are no longer there and not on their way; sealing anything with a key renews it."""
    owners, awaited = _owners(), {(account_name(owner), sha256) for owner, sha256 in _awaited()}
    removed = 0
    for key in FileKey.objects.filter(renewed__lte=before).iterator():
        known = Blob.objects.filter(owner=owners.get(key.account, ""), sha256=key.sha256).exists()
        if not known and (key.account, key.sha256) not in awaited:
            removed += FileKey.objects.filter(pk=key.pk, renewed__lte=before).delete()[0]
    return removed


def _owners() -> dict[str, str]:
    return {account_name(owner): owner for owner in Blob.objects.values_list("owner", flat=True).distinct()}
