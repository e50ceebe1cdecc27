"""Destroying the bytes of bundles for good: first the portal forgets them, then the store removes them. Both can be repeated."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from portal.artifacts.actions.expiry import unused_blobs
from portal.artifacts.actions.keys import account_in_use, shred_account_key, shred_file_key
from portal.artifacts.enums import OPEN
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, BlobSummary, Bundle, BundleFile, StorageAccount, UploadFile
from portal.artifacts.stores import Store, current_store
from portal.artifacts.stores.choice import every_store
from portal.artifacts.stores.flat import FlatStore

_BATCH = 500  # rows per statement, below every database's limit of parameters


class Removed(NamedTuple):
    """`kept` are digests that the account has sent again meanwhile: those objects are new ones."""

    removed: int
    kept: tuple[str, ...]


@transaction.atomic
def forget_bundles(bundles: Sequence[Bundle], *, owner: str) -> list[str]:
    """Take the files from the bundles and return the digests of those that nothing else of the account uses.

    From here on nobody reads them: the rows of bundles stay, with the time, and say so. The caller writes the digests
    down in the same transaction and then calls `remove_objects`.
    """
    StorageAccount.objects.select_for_update().get_or_create(owner=owner)
    gone = Bundle.objects.filter(pk__in=[bundle.pk for bundle in bundles], owner=owner)
    used = list(BundleFile.objects.filter(bundle__in=gone).values_list("blob_id", flat=True).distinct())
    BundleFile.objects.filter(bundle__in=gone).delete()
    gone.filter(destroyed_at=None).update(destroyed_at=timezone.now())
    digests: list[str] = []
    for start in range(0, len(used), _BATCH):
        digests += _forget_blobs(used[start : start + _BATCH])
    return sorted(digests)


def _forget_blobs(ids: list[int]) -> list[str]:
    """What was found out about the content goes with it; what something else refers to, such as a report, stays."""
    gone = dict(unused_blobs().filter(pk__in=ids).values_list("pk", "sha256"))
    documents = list(BlobSummary.objects.filter(blob__in=gone).values_list("document_id", flat=True))
    Blob.objects.filter(pk__in=gone).delete()
    summaries = dict(unused_blobs().filter(pk__in=documents).values_list("pk", "sha256"))
    Blob.objects.filter(pk__in=summaries).delete()
    return [*gone.values(), *summaries.values()]


@transaction.atomic
def shred_key(owner: str) -> bool:
    """Destroy the account's key when nothing is left that it opens; False where it stays or there is none.

    The account's row is locked, so nobody declares an upload between the question and the shredding.
    """
    StorageAccount.objects.select_for_update().get_or_create(owner=owner)
    return not account_in_use(owner) and shred_account_key(owner, actor="system")


def remove_objects(digests: Iterable[str], *, owner: str) -> Removed:
    """Delete the objects and look again; `object_stays` when the store still has one. Killed anywhere, it is called again.

    `on_its_way` while an open upload brings the same bytes: its check would take the old object for the new one.
    """
    removed, kept = 0, list[str]()
    for sha256 in digests:
        if _remove(sha256, owner=owner):
            removed += 1
        else:
            kept.append(sha256)
    return Removed(removed, tuple(kept))


@transaction.atomic
def _remove(sha256: str, *, owner: str) -> bool:
    """The account's row is locked, so nobody declares these bytes between the question and the deletion."""
    StorageAccount.objects.select_for_update().get_or_create(owner=owner)
    if Blob.objects.filter(owner=owner, sha256=sha256).exists():
        return False
    if UploadFile.objects.filter(upload__owner=owner, upload__state__in=OPEN, sha256=sha256).exists():
        raise ArtifactError(
            "on_its_way", "The same bytes are being sent again.", where=sha256, hint="Wait until that upload has ended."
        )
    current_store().delete(owner, sha256)
    shred_file_key(owner, sha256)
    if any(_is_left(store, owner=owner, sha256=sha256) for store in every_store()):
        raise ArtifactError("object_stays", f"The store did not remove the object {sha256}.", hint="Look at its log.")
    return True


def _is_left(store: Store, *, owner: str, sha256: str) -> bool:
    """Also where the store was before it was moved: what `move_store` left there is removed as well.

    The flat layout has one object for all accounts; it stays while another account has these bytes.
    """
    if isinstance(store, FlatStore) and Blob.objects.filter(sha256=sha256).exists():
        return False
    if not store.exists(owner, sha256):
        return False
    store.delete(owner, sha256)
    return store.exists(owner, sha256)
