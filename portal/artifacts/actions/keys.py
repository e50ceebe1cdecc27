"""Keys of accounts: sealing them again under a new master key, and destroying one for good."""

from django.db import transaction
from django.utils import timezone

from portal.artifacts.enums import OPEN, AuditAction
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import AccountKey, Blob, FileKey, StorageAccount, Upload
from portal.artifacts.stores import account_name
from portal.artifacts.stores.keys import opened_account_key, wrapped_by_present
from portal.artifacts.stores.masters import present_master
from portal.audit.actions import record


@transaction.atomic
def rotate_account_keys(*, actor: str) -> int:
    """Seal every account key by the present master key; returns how many were not yet. No object is touched."""
    present = present_master().name
    rows = list(AccountKey.objects.select_for_update().filter(shredded_at=None).exclude(master=present))
    for row in rows:
        row.wrapped, row.master = wrapped_by_present(opened_account_key(row), owner=row.owner)
        row.save(update_fields=("wrapped", "master"))
    if rows:
        record(AuditAction.KEYS_ROTATED, actor=actor, subject="store", after={"master": present, "keys": len(rows)})
    return len(rows)


def account_in_use(owner: str) -> bool:
    """Whether the account's key opens anything that is to stay: files, or parts that were acknowledged to a sender."""
    open_uploads = Upload.objects.filter(owner=owner, state__in=OPEN)
    return Blob.objects.filter(owner=owner).exists() or open_uploads.exists()


def shred_file_key(owner: str, sha256: str) -> bool:
    """Destroy one file's half of its key, so that no copy of the sealed object opens again; False if it had none."""
    return bool(FileKey.objects.filter(account=account_name(owner), sha256=sha256).delete()[0])


@transaction.atomic
def shred_account_key(owner: str, *, actor: str) -> bool:
    """Destroy the account's key: whatever was sealed for it, in the store or in a backup of it, cannot be read again.

    False if there is no key, as in a plain store. Refused while the account still has bytes that are to stay.
    """
    StorageAccount.objects.select_for_update().get_or_create(owner=owner)
    row = AccountKey.objects.select_for_update().filter(owner=owner, shredded_at=None).first()
    if row is None:
        return False
    if account_in_use(owner):
        raise ArtifactError(
            "account_in_use",
            "The account still holds files, or parts on their way, which open with this key.",
            hint="Destroy them first; the key can go with the last of them.",
        )
    AccountKey.objects.filter(pk=row.pk).update(wrapped="", shredded_at=timezone.now())
    record(AuditAction.KEY_SHREDDED, actor=actor, subject=f"account:{owner}", before={"master": row.master})
    return True
