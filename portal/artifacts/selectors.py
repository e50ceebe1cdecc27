"""Reads: what is stored, what is missing."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Sum

from portal.artifacts.conf import store_settings
from portal.artifacts.enums import OPEN, UploadState
from portal.artifacts.models import AccountKey, Blob, StorageAccount, Upload
from portal.artifacts.stores import current_store
from portal.common.formats.manifest import FileEntry

_BATCH = 500  # digests per query, below every database's limit of parameters


def blobs_of(owner: str, digests: Iterable[str]) -> dict[str, Blob]:
    """Those of the digests that this account has sent before, with their blobs."""
    remaining, found = iter(set(digests)), dict[str, Blob]()
    while batch := list(islice(remaining, _BATCH)):
        found.update({blob.sha256: blob for blob in Blob.objects.filter(owner=owner, sha256__in=batch)})
    return found


def stored_digests(owner: str, digests: Iterable[str]) -> set[str]:
    return set(blobs_of(owner, digests))


def files_to_receive(upload: Upload) -> Iterator[tuple[int, FileEntry]]:
    """Index and entry of each file whose bytes must travel: equal bytes travel once, known bytes not at all."""
    seen = stored_digests(upload.owner, (entry.sha256 for entry in upload.plan.files))
    for index, entry in enumerate(upload.plan.files):
        if entry.sha256 not in seen:
            seen.add(entry.sha256)
            yield index, entry


def missing_parts(upload: Upload) -> dict[str, list[int]]:
    """Part numbers to send, by path. A complete upload misses nothing, nor does one that is being checked."""
    if upload.state in {UploadState.CHECKING, UploadState.COMPLETE}:
        return {}
    present: dict[int, set[int]] = {}
    for index, number in upload.parts.values_list("index", "number"):
        present.setdefault(index, set()).add(number)
    missing = {
        entry.path: [number for number in range(len(entry.parts)) if number not in present.get(index, ())]
        for index, entry in files_to_receive(upload)
    }
    return {path: numbers for path, numbers in missing.items() if numbers}


def held_bytes(upload: Upload, missing: dict[str, list[int]]) -> int:
    """Bytes of the bundle that need not be sent; a refused, expired or cancelled upload holds none."""
    if upload.state not in {*OPEN, UploadState.COMPLETE}:
        return 0
    entries = {entry.path: entry for entry in upload.plan.files}
    absent = (upload.plan.span(entries[path], number)[1] for path, numbers in missing.items() for number in numbers)
    return upload.plan.total_size - sum(absent)


def used_bytes(owner: str) -> int:
    """What the account's quota counts: the bytes it stored and the reservations of open uploads; our summaries are free."""
    stored = Blob.objects.filter(owner=owner, summary_of=None).aggregate(total=Sum("size"))["total"] or 0
    open_uploads = Upload.objects.filter(owner=owner, state__in=OPEN)
    return int(stored) + int(open_uploads.aggregate(total=Sum("reserved"))["total"] or 0)


def limit_of(owner: str) -> int:
    """Bytes the account may keep: its own limit, or that of the installation."""
    account = StorageAccount.objects.filter(owner=owner).first()
    return store_settings().quota_bytes if account is None or account.limit is None else account.limit


def key_stays(owner: str) -> bool:
    """Whether the account still has a key that opens sealed bytes."""
    return AccountKey.objects.filter(owner=owner, shredded_at=None).exists()


def store_is_sealed() -> bool:
    """Whether checkpoints lie in the store encrypted by the portal; the team's page says so, either way."""
    return current_store().sealed
