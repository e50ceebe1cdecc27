"""Whether a receipt is one of ours, for anybody who asks: the answer is one word, never what the receipt says."""

import hmac
import json
import re
from enum import StrEnum
from typing import Any, NamedTuple

from portal.audit import signing
from portal.audit.models import Event
from portal.common.formats.canonical import digest_of
from portal.common.formats.receipt import ReceiptError, verify_receipt

NUMBER = re.compile(r"[0-9A-Z-]{1,32}")  # 20261122-000007, and 20261122-A00007-1 of an application
RECEIPT_LIMIT = 16 << 20  # bytes of a receipt; one with 10,000 files has about 3 MB


class Answer(StrEnum):
    VALID = "valid"
    CHANGED = "changed"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """`where` is the place of the document that does not hold; empty for a receipt that is valid or unknown."""

    answer: Answer
    where: str = ""


class NotAReceipt(ValueError):
    """The text is no receipt of this portal, whatever else it may be."""


def check_number(number: str, digest: str) -> Finding:
    """Compare a digest with the one that the ledger names under a number, be it of a hand-in or of an application."""
    event = Event.objects.filter(subject=f"receipt:{number}").first()
    if event is None:
        return Finding(Answer.UNKNOWN)
    issued = str((event.after or {}).get("receipt", ""))
    return Finding(Answer.VALID) if hmac.compare_digest(issued, digest) else Finding(Answer.CHANGED, "digest")


def check_text(text: bytes) -> Finding:
    """Compare a receipt's file with what was issued under its number, and its proof with the ledger's key."""
    obj, document, digest = _read(text)
    found = check_number(document["number"], digest)
    if found.answer is Answer.CHANGED:
        return Finding(Answer.CHANGED, "receipt")
    if found.answer is Answer.VALID and obj.get("digest") != digest:
        return Finding(Answer.CHANGED, "digest")
    if found.answer is Answer.VALID and obj.get("ledger") is not None:
        return _check_proof(obj)
    return found


def _check_proof(obj: dict[str, Any]) -> Finding:
    try:
        verify_receipt(obj, public_key=signing.public_key())
    except ReceiptError as error:
        return Finding(Answer.CHANGED, error.where)
    return Finding(Answer.VALID)


def _read(text: bytes) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Return the file, the receipt in it, and the digest of the receipt as it stands there."""
    try:
        obj = json.loads(text)
        document = obj["receipt"]
        if not NUMBER.fullmatch(document["number"]) or not str(document["schema"]).startswith("receipt/"):
            raise NotAReceipt
        return obj, document, digest_of(document)
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise NotAReceipt from error
