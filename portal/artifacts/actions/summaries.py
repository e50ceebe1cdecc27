"""What a watcher found out about a file, kept beside it: read once, never again."""

import hashlib
import io

from portal.artifacts import hooks
from portal.artifacts.actions.blobs import keep_blob
from portal.artifacts.models import Blob, BlobSummary
from portal.artifacts.stores import current_store


def keep_summary(blob: Blob, findings: hooks.Findings) -> None:
    """The document becomes a blob of the same account; the same file again changes nothing."""
    intake = hooks.current()
    if intake is None or blob.summaries.filter(kind=intake.kind).exists():
        return
    document = findings.document
    digest = hashlib.sha256(document).hexdigest()
    current_store().put(io.BytesIO(document).read, owner=blob.owner, sha256=digest, size=len(document))
    kept = keep_blob(owner=blob.owner, sha256=digest, size=len(document)).blob
    BlobSummary.objects.get_or_create(blob=blob, kind=intake.kind, defaults={"document": kept, "facts": findings.facts})
