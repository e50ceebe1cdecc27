"""Checks that need no portal: local files against a bundle's digest, a receipt against its ledger checkpoint."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from portal.client.errors import ClientError
from portal.client.words import _, retold
from portal.common.formats.checkpoint import CheckpointError, parse_verifier_key
from portal.common.formats.manifest import Manifest
from portal.common.formats.receipt import ReceiptError, VerifiedReceipt, verify_receipt


class Comparison(NamedTuple):
    """Local names that the receipt does not have in this form, and receipt names that are not here."""

    equal: int
    changed: list[str]
    elsewhere: list[str]


def read_receipt(path: Path, *, key: str) -> VerifiedReceipt:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return verify_receipt(document, public_key=parse_verifier_key(key) if key else None)
    except (OSError, ValueError, RecursionError) as error:
        hint = _("Fetch the receipt again: portal-upload receipt --submission ID -o receipt.json")
        if isinstance(error, CheckpointError):
            hint = _("Copy the key from the portal's page on verification.")
        elif not isinstance(error, ReceiptError):
            hint = _("Name the JSON file of the receipt.")
        raise ClientError(retold(str(error)), where=str(path), hint=hint, code="receipt") from error


def compare(receipt: VerifiedReceipt, manifest: Manifest) -> Comparison:
    """By digest, because a receipt joins several bundles whose names may repeat."""
    handed_in = {str(item["sha256"]): str(item["path"]) for item in receipt.document.get("files", [])}
    local = {entry.sha256: entry.path for entry in manifest.files}
    return Comparison(
        equal=len(local.keys() & handed_in.keys()),
        changed=_names(local, handed_in),
        elsewhere=_names(handed_in, local),
    )


def _names(ours: dict[str, str], theirs: Collection[str]) -> list[str]:
    return sorted(name for digest, name in ours.items() if digest not in theirs)
