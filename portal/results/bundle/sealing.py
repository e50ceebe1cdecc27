"""From two bundles to the bytes that are stored and the one digest that is committed to; and the way back."""

from typing import Any, NamedTuple

from portal.results.bundle.auditor import BundleError, check_auditor
from portal.results.bundle.public import build_public
from portal.results.bundle.root import canonical_text, root_of, sha256_text
from portal.review.scoring import tally


class Sealed(NamedTuple):
    auditor: str  # canonical JSON
    public: str  # canonical JSON
    auditor_digest: str
    public_digest: str
    root: str


def seal(auditor: dict[str, Any], public: dict[str, Any]) -> Sealed:
    texts = canonical_text(auditor), canonical_text(public)
    digests = sha256_text(texts[0]), sha256_text(texts[1])
    return Sealed(*texts, *digests, root_of(auditor_digest=digests[0], public_digest=digests[1]))


def replay(auditor: dict[str, Any]) -> Sealed:
    """Tally again from the signed sheets and build both bundles again; BundleError where the record disagrees."""
    check_auditor(auditor)
    again = tally(auditor["tally"]["input"])
    if again.digest != auditor["tally"]["digest"]:
        raise BundleError("tally.digest", f"is {auditor['tally']['digest']}, the recomputed tally gives {again.digest}")
    return seal(auditor, build_public(auditor))
