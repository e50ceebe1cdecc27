"""Salted commitments to what a release withholds, and one-time labels for what it shows of single sheets.

Salts and labels come from one secret of 32 bytes that stays in the auditor's bundle, so that the auditor
can open every commitment and rebuild the public bundle to the same bytes, and nobody else can guess a value.
"""

import hashlib
import hmac
from typing import Any

from portal.common.formats.canonical import canonical_json


def salt_for(path: str, *, secret: str) -> str:
    """32 bytes in hex, different for every path."""
    return _keyed(secret, f"salt:{path}")


def commitment(value: Any, *, salt: str) -> str:
    """SHA-256 over the salt's bytes and the canonical JSON of `value`."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical_json(value)).hexdigest()


def shuffled(items: list[str], *, purpose: str, secret: str) -> list[str]:
    """`items` in an order that depends on the purpose: position n in one order tells nothing about another."""
    return sorted(items, key=lambda item: _keyed(secret, f"label:{purpose}:{item}"))


def _keyed(secret: str, message: str) -> str:
    return hmac.new(bytes.fromhex(secret), message.encode(), hashlib.sha256).hexdigest()
