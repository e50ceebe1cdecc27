"""One digest for both bundles of a release."""

import hashlib
from typing import Any

from portal.common.formats.canonical import canonical_json, digest_of

SCHEMA = "release-root/1"


def sha256_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def root_document(*, auditor_digest: str, public_digest: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "auditor": auditor_digest, "public": public_digest}


def root_of(*, auditor_digest: str, public_digest: str) -> str:
    return digest_of(root_document(auditor_digest=auditor_digest, public_digest=public_digest))


def canonical_text(document: dict[str, Any]) -> str:
    return canonical_json(document).decode()
