"""From one store to another, and proof that a store holds what the rows say. Rows stay as they are; only bytes move."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from portal.artifacts.actions.reads import read_blob
from portal.artifacts.enums import AuditAction, ReadPurpose
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob
from portal.artifacts.stores import CHUNK, LocalStore, Store
from portal.artifacts.stores.base import object_missing, wrong_digest
from portal.audit.actions import record

FAULTS = frozenset({"object_missing", "wrong_digest", "seal_broken"})  # of one object; the others go on


@dataclass
class Tally:
    """What was done; `faults` are sentences that name the object."""

    copied: int = 0
    copied_bytes: int = 0
    present: int = 0
    removed: int = 0
    faults: list[str] = field(default_factory=list)


def copy_store(source: Store, target: Store) -> Tally:
    """Copy every blob's object that the target does not have, comparing digests on the way; call it again to go on."""
    tally = Tally()
    for blob in _blobs():
        try:
            _copy(blob, source, target, tally=tally)
        except ArtifactError as error:
            if error.code not in FAULTS:
                raise
            tally.faults.append(f"{blob.owner}: {error}")
    _note(tally)
    return tally


def remove_copied(source: Store, target: Store, *, tally: Tally) -> None:
    """Empty the source of what the target has; nothing is removed after a fault."""
    if tally.faults:
        return
    for blob in _blobs():
        if target.exists(blob.owner, blob.sha256):
            tally.removed += source.delete(blob.owner, blob.sha256)
    _note(tally)


def check_objects(store: Store) -> Tally:
    """Read every object and compare its digest with its name."""
    tally = Tally()
    for blob in _blobs():
        try:
            _read_whole(store, blob)
            tally.present += 1
        except ArtifactError as error:
            if error.code not in FAULTS:
                raise
            tally.faults.append(f"{blob.owner}: {error}")
    return tally


def _blobs() -> Iterator[Blob]:
    """In the order of their rows; what is added meanwhile is seen too."""
    last = 0
    while batch := list(Blob.objects.filter(pk__gt=last).order_by("pk")[:500]):
        yield from batch
        last = batch[-1].pk


def _copy(blob: Blob, source: Store, target: Store, *, tally: Tally) -> None:
    if target.exists(blob.owner, blob.sha256) and _opens(target, blob):
        tally.present += 1
        return
    if _may_link(source, target):
        _read_whole(source, blob)
        _link(blob, source, target)
    else:
        read_blob(blob, reader="system", purpose=ReadPurpose.KEEPING)
        with source.open(blob.owner, blob.sha256) as stream:
            target.put(stream.read, owner=blob.owner, sha256=blob.sha256, size=blob.size)
    tally.copied += 1
    tally.copied_bytes += blob.size


def _opens(store: Store, blob: Blob) -> bool:
    """A sealed object may be left from a key that was destroyed: it is there and says nothing."""
    try:
        with store.open(blob.owner, blob.sha256) as stream:
            stream.read(1)
    except ArtifactError as error:
        if error.code != "seal_broken":
            raise
        return False
    return True


def _may_link(source: Store, target: Store) -> bool:
    """Two plain layouts on one disk need no second copy of a terabyte."""
    if not (isinstance(source, LocalStore) and isinstance(target, LocalStore)):
        return False
    return not (source.sealed or target.sealed) and source.root == target.root


def _link(blob: Blob, source: Store, target: Store) -> None:
    if isinstance(source, LocalStore) and isinstance(target, LocalStore):
        path = target.object_path(blob.owner, blob.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(source.object_path(blob.owner, blob.sha256), path)


def _read_whole(store: Store, blob: Blob) -> None:
    if not store.exists(blob.owner, blob.sha256):
        raise object_missing(blob.sha256)
    read_blob(blob, reader="system", purpose=ReadPurpose.KEEPING)
    digest = hashlib.sha256()
    with store.open(blob.owner, blob.sha256) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != blob.sha256:
        raise wrong_digest(blob.sha256, digest.hexdigest())


@transaction.atomic
def _note(tally: Tally) -> None:
    if tally.copied or tally.removed:
        after = {
            "copied": tally.copied,
            "bytes": tally.copied_bytes,
            "removed": tally.removed,
            "faults": len(tally.faults),
        }
        record(AuditAction.MOVED, actor="system", subject="store", after=after)
