"""Every opening of bytes in custody leaves a row, which the owner sees (docs/custody.md)."""

from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, Bundle, CustodyRead
from portal.common.time import kst


def read_bundle(bundle: Bundle, *, reader: str, purpose: str) -> CustodyRead:
    """Note that a whole bundle is about to be read; refuse one whose bytes were destroyed."""
    require_bytes(bundle)
    return CustodyRead.objects.create(
        owner=bundle.owner, bundle=bundle, size=bundle.total_size, reader=reader, purpose=purpose
    )


def read_blob(blob: Blob, *, reader: str, purpose: str) -> CustodyRead:
    return CustodyRead.objects.create(
        owner=blob.owner, sha256=blob.sha256, size=blob.size, reader=reader, purpose=purpose
    )


def require_bytes(bundle: Bundle) -> None:
    """Raise `destroyed` when there is nothing left to read: names, sizes and digests stay, bytes do not."""
    destroyed = Bundle.objects.values_list("destroyed_at", flat=True).get(pk=bundle.pk)
    if destroyed is not None:
        raise ArtifactError(
            "destroyed",
            f"The bytes of this bundle were destroyed on {kst(destroyed)}.",
            where=bundle.digest,
            hint="The certificate of destruction names who decided. To use the files again, upload them again.",
        )
