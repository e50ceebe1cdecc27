"""The key of each account. Opened keys live in memory only; the row is asked each time, so a shredded key is gone at once."""

import base64
import os
from functools import lru_cache

from django.db import IntegrityError, transaction

from portal.artifacts.enums import AuditAction
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import AccountKey
from portal.artifacts.stores.base import account_name
from portal.artifacts.stores.masters import KEY_BYTES, master_named, present_master
from portal.audit.actions import record


def key_for_writing(owner: str) -> bytes:
    """The account's key; its first object makes it."""
    row = _living(owner) or _make(owner)
    return _opened(row.wrapped, row.master, account_name(owner))


def key_for_reading(owner: str) -> bytes:
    row = _living(owner)
    if row is None:
        raise ArtifactError(
            "store_key",
            f"The account {owner} has no key, so what was sealed for it cannot be read.",
            hint="Its key was destroyed with its checkpoints, or the database is older than the store.",
        )
    return _opened(row.wrapped, row.master, account_name(owner))


def wrapped_by_present(key: bytes, *, owner: str) -> tuple[str, str]:
    """The sealed key in base64, and the name of the master key."""
    master = present_master()
    return base64.b64encode(master.wrap(key, account=account_name(owner))).decode(), master.name


def _living(owner: str) -> AccountKey | None:
    return AccountKey.objects.filter(owner=owner, shredded_at=None).first()


def _make(owner: str) -> AccountKey:
    wrapped, master = wrapped_by_present(os.urandom(KEY_BYTES), owner=owner)
    try:
        with transaction.atomic():
            row = AccountKey.objects.create(owner=owner, wrapped=wrapped, master=master)
            record(AuditAction.KEY_MADE, actor="system", subject=f"account:{owner}", after={"master": master})
            return row
    except IntegrityError:  # another writer made it first
        return AccountKey.objects.get(owner=owner, shredded_at=None)


@lru_cache(maxsize=1024)
def _opened(wrapped: str, master: str, account: str) -> bytes:
    return master_named(master).unwrap(base64.b64decode(wrapped), account=account)
