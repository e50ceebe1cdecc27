"""Declaring: the promise of a bundle, and the room reserved for it."""

from django.db import transaction
from django.utils import timezone

from portal.artifacts.checks import check_known_size, check_names
from portal.artifacts.conf import store_settings
from portal.artifacts.enums import OPEN, AuditAction, UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import StorageAccount, Upload, UploadFile
from portal.artifacts.selectors import blobs_of, used_bytes
from portal.artifacts.stores import current_store
from portal.audit.actions import record
from portal.common.formats.manifest import Manifest

_BATCH = 500  # rows per statement, below every database's limit of parameters


@transaction.atomic
def declare_upload(manifest: Manifest, *, owner: str, actor: str, label: str = "") -> Upload:
    """The open or complete upload of this content, or a new one: declaring again is how a client resumes."""
    check_names(entry.path for entry in manifest.files)
    current_store().check_plan(manifest)
    account, _ = StorageAccount.objects.get_or_create(owner=owner)
    account = StorageAccount.objects.select_for_update().get(pk=account.pk)
    if existing := _existing(manifest, owner=owner):
        return existing
    needed = _bytes_to_receive(manifest, owner=owner)
    _reserve(account, needed=needed)
    upload = Upload.objects.create(
        owner=owner,
        actor=actor,
        label=label,
        manifest=manifest.document(),
        digest=manifest.digest,
        reserved=needed,
        active_at=timezone.now(),
    )
    rows = (UploadFile.of(upload, index, entry) for index, entry in enumerate(manifest.files))
    UploadFile.objects.bulk_create(rows, batch_size=_BATCH)
    after = {"bundle": manifest.digest, "bytes": manifest.total_size, "files": len(manifest.files), "owner": owner}
    record(AuditAction.DECLARED, actor=actor, subject=f"upload:{upload.pk}", after=after)
    return upload


def _existing(manifest: Manifest, *, owner: str) -> Upload | None:
    """What was destroyed since is sent anew."""
    same = Upload.objects.filter(owner=owner, digest=manifest.digest, state__in=(*OPEN, UploadState.COMPLETE))
    upload = same.filter(bundle__destroyed_at=None).first()
    if upload and upload.state == UploadState.DECLARED and upload.manifest["part_size"] != manifest.part_size:
        part_size = upload.manifest["part_size"]
        raise ArtifactError(
            "other_part_size",
            f"These files are already being sent in parts of {part_size} bytes.",
            where="$.part_size",
            hint=f"Go on with part size {part_size}.",
            part_size=part_size,
        )
    return upload


def _bytes_to_receive(manifest: Manifest, *, owner: str) -> int:
    sizes = {entry.sha256: entry.size for entry in manifest.files}
    known = blobs_of(owner, sizes)
    for entry in manifest.files:
        if entry.sha256 in known:
            check_known_size(known[entry.sha256].size, name=entry.path, declared=entry.size)
    return sum(size for digest, size in sizes.items() if digest not in known)


def _reserve(account: StorageAccount, *, needed: int) -> None:
    conf = store_settings()
    limit = conf.quota_bytes if account.limit is None else account.limit
    if needed and used_bytes(account.owner) + needed > limit:
        raise ArtifactError(
            "over_quota",
            f"{needed} bytes do not fit: {used_bytes(account.owner)} of {limit} bytes are used or reserved.",
            hint="Let unfinished uploads expire or ask the programme office for more room.",
            needed=needed,
            limit=limit,
        )
    free = current_store().free_bytes()
    if needed and free is not None and free - conf.disk_reserve_bytes < needed:
        raise ArtifactError(
            "disk_short", f"The store has no room for {needed} bytes.", hint="Ask the operator; nothing stored is lost."
        )
