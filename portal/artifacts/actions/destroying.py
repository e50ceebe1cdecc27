"""Destroying the bytes of bundles for good: first the portal forgets them, then the store removes them. Both can be repeated."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from portal.artifacts.actions.keys import shred_account_key, shred_file_key
from portal.artifacts.enums import OPEN
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, BlobSummary, Bundle, BundleFile, StorageAccount, UploadFile
from portal.artifacts.stores import current_store

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
    """What was found out about the content goes with it."""
    unused = Blob.objects.filter(pk__in=ids, uses=None)
    documents = list(BlobSummary.objects.filter(blob__in=unused).values_list("document_id", flat=True))
    digests = list(unused.values_list("sha256", flat=True))
    unused.delete()
    summaries = Blob.objects.filter(pk__in=documents, uses=None, summary_of=None)
    digests += summaries.values_list("sha256", flat=True)
    summaries.delete()
    return digests


def shred_key(owner: str) -> bool:
    """Destroy the account's key when nothing is left that it opens; False where it stays or there is none."""
    return not Blob.objects.filter(owner=owner).exists() and shred_account_key(owner, actor="system")


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
    store = current_store()
    store.delete(owner, sha256)
    shred_file_key(owner, sha256)
    if store.exists(owner, sha256):
        raise ArtifactError("object_stays", f"The store did not remove the object {sha256}.", hint="Look at its log.")
    return True
