"""Private sets at rest: one key for each set, itself sealed by the installation's key; AES-256-GCM (NIST SP 800-38D).

The SHA-256 of the plain text is published in the suite as a commitment: what is opened later is what was meant then. The
set's name and commitment are bound in as associated data, so no sealed text can stand in for another.
"""

import hashlib
import json
import secrets
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE, KEY = 12, 32  # bytes
LARGEST = 256 * 1024 * 1024  # bytes of a set
MOST_ROWS = 100_000


class SealError(ValueError):
    """A set that cannot be sealed or opened."""


class Sealed(NamedTuple):
    sha256: str
    rows: int
    wrapped_key: str  # nonce and sealed key, in hex
    content: bytes  # nonce and sealed text


def seal(plain: bytes, *, name: str, master: bytes) -> Sealed:
    rows = count_rows(plain)
    sha256 = hashlib.sha256(plain).hexdigest()
    key = AESGCM.generate_key(bit_length=KEY * 8)
    bound = _bound(name, sha256)
    return Sealed(sha256, rows, _encrypt(master, key, bound).hex(), _encrypt(key, plain, bound))


def unseal(sealed: Sealed, *, name: str, master: bytes) -> bytes:
    bound = _bound(name, sealed.sha256)
    try:
        key = _decrypt(master, bytes.fromhex(sealed.wrapped_key), bound)
        plain = _decrypt(key, sealed.content, bound)
    except (InvalidTag, ValueError) as error:
        raise SealError(
            f"The private set {name!r} cannot be opened: it was changed, or PRIVATE_SUITE_KEY is not the key it was sealed by."
        ) from error
    if hashlib.sha256(plain).hexdigest() != sealed.sha256:
        raise SealError(f"The private set {name!r} is not the one that was committed to.")
    return plain


def count_rows(plain: bytes) -> int:
    """How many items; each line a JSON object with an id that stands once. Raises SealError with the line."""
    if len(plain) > LARGEST:
        raise SealError(f"A private set has at most {LARGEST} bytes.")
    try:
        lines = plain.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SealError("The file is not UTF-8 text.") from error
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            seen.add(_id(line, number, seen))
    if not 0 < len(seen) <= MOST_ROWS:
        raise SealError(f"A private set has 1 to {MOST_ROWS} items, this one {len(seen)}.")
    return len(seen)


def _id(line: str, number: int, seen: set[str]) -> str:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SealError(f"Line {number} is not readable as JSON.") from error
    name = row.get("id") if isinstance(row, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= 64 or name in seen:
        raise SealError(f"Line {number} needs an id of at most 64 characters that no other line has.")
    return name


def _bound(name: str, sha256: str) -> bytes:
    return f"private-set/1 {name} {sha256}".encode()


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound)
