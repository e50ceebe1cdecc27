"""The bundle over blobs that an account holds."""

from django.db import transaction

from portal.artifacts.models import Bundle, BundleFile, StorageAccount
from portal.artifacts.selectors import blobs_of
from portal.common.formats.manifest import Manifest


@transaction.atomic
def create_bundle(manifest: Manifest, *, owner: str) -> Bundle:
    """Found or made. One whose bytes were destroyed stays so: sent again, the files are another bundle."""
    StorageAccount.objects.select_for_update().get_or_create(owner=owner)  # no destruction begins between the rows
    bundle, created = Bundle.objects.get_or_create(
        owner=owner,
        digest=manifest.digest,
        destroyed_at=None,
        defaults={"manifest": manifest.content(), "total_size": manifest.total_size},
    )
    if created:
        blobs = blobs_of(owner, (entry.sha256 for entry in manifest.files))
        BundleFile.objects.bulk_create(
            [BundleFile(bundle=bundle, path=entry.path, blob=blobs[entry.sha256]) for entry in manifest.files],
            batch_size=500,
        )
    return bundle
