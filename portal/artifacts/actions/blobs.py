"""The row of stored bytes. It is renewed each time, so that the collector takes no blob that somebody is about to use."""

from typing import NamedTuple

from django.utils import timezone

from portal.artifacts.models import Blob


class KeptBlob(NamedTuple):
    blob: Blob
    is_new: bool


def keep_blob(*, owner: str, sha256: str, size: int) -> KeptBlob:
    """Call it after the bytes were stored; the same bytes again are the same blob."""
    while True:
        blob, created = Blob.objects.get_or_create(owner=owner, sha256=sha256, defaults={"size": size})
        if created or Blob.objects.filter(pk=blob.pk).update(renewed=timezone.now()):  # else collected this moment
            return KeptBlob(blob, created)
