"""The keys of sealed files. Each has its own, made of two halves: the key of its account, which a master key outside of the
database seals, and random bytes of the file itself. Without any one of the three the file cannot be read.

Opened account keys live in memory only. Rows are asked each time, so what was destroyed is gone at once.
"""

import base64
import os
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.artifacts.enums import AuditAction
from portal.artifacts.errors import StoreKeyError
from portal.artifacts.models import AccountKey, FileKey
from portal.artifacts.stores.base import account_name, seal_broken
from portal.artifacts.stores.masters import KEY_BYTES, master_named, present_master
from portal.audit.actions import record

_PURPOSE = b"portal object 1\0"


def key_for_writing(owner: str, sha256: str) -> bytes:
    """Both halves are made when they are first needed."""
    row = _living(owner) or _make(owner)
    while True:
        own, created = FileKey.objects.get_or_create(
            account=account_name(owner), sha256=sha256, defaults={"salt": os.urandom(KEY_BYTES).hex()}
        )
        if created or FileKey.objects.filter(pk=own.pk).update(renewed=timezone.now()):  # else collected this moment
            return _derived(row, own)


def key_for_reading(owner: str, sha256: str) -> bytes:
    row = _living(owner)
    if row is None:
        raise StoreKeyError(
            f"the account {owner} has no key; it was destroyed with its files, or the database is older than the store"
        )
    own = FileKey.objects.filter(account=account_name(owner), sha256=sha256).first()
    if own is None:
        raise seal_broken(sha256, "its key was destroyed with it, or the database is older than the store")
    return _derived(row, own)


def opened_account_key(row: AccountKey) -> bytes:
    return _opened(row.wrapped, row.master, account_name(row.owner))


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


def _derived(row: AccountKey, own: FileKey) -> bytes:
    info = _PURPOSE + bytes.fromhex(own.sha256)
    return HKDF(SHA256(), KEY_BYTES, bytes.fromhex(own.salt), info).derive(opened_account_key(row))


@lru_cache(maxsize=1024)
def _opened(wrapped: str, master: str, account: str) -> bytes:
    return master_named(master).unwrap(base64.b64decode(wrapped), account=account)
