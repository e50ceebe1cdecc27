"""Signed checkpoints of a log: the C2SP `tlog-checkpoint` body in a `signed-note` envelope, Ed25519.

Three body lines (origin, size, base64 root), an empty line, then one line per signer: an em dash, the key's name,
and base64 of 4 bytes key id and 64 bytes signature. The key's name is the origin.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_ORIGIN = re.compile(r"[^\s+]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_BODY_LINES = 3


class CheckpointError(ValueError):
    """A note that is not a checkpoint of this key, with the reason."""


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


def sign_checkpoint(origin: str, size: int, root: bytes, seed: bytes) -> str:
    if not _ORIGIN.fullmatch(origin):
        raise CheckpointError(f"the origin {origin!r} must be 1 to 200 characters without spaces and plus signs")
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = key_id(origin, key.public_key().public_bytes_raw()) + key.sign(body.encode())
    return f"{body}\n— {origin} {base64.b64encode(signature).decode()}\n"


def verify_checkpoint(note: str, public_key: bytes) -> Checkpoint:
    """Check the signature of `public_key` (32 bytes); lines of other signers (witnesses) are passed over."""
    body, separator, signatures = note.partition("\n\n")
    checkpoint = _parse_body(body)
    if not separator:
        raise CheckpointError("the note carries no signature; ask for the complete checkpoint")
    expected = key_id(checkpoint.origin, public_key)
    for line in signatures.splitlines():
        if (signature := _signature_of(line, origin=checkpoint.origin, identity=expected)) is not None:
            _verify(signature, f"{body}\n".encode(), public_key)
            return checkpoint
    raise CheckpointError(f"no signature of {checkpoint.origin} by this key; is it the key of this portal?")


def public_key_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def key_id(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_key(origin: str, public_key: bytes) -> str:
    """The one-line form in which a verifier key is published: name+key id+base64."""
    encoded = base64.b64encode(_ED25519 + public_key).decode()
    return f"{origin}+{key_id(origin, public_key).hex()}+{encoded}"


def parse_verifier_key(text: str) -> bytes:
    """The 32 key bytes of a published line, or of 64 hex digits."""
    text = text.strip()
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return bytes.fromhex(text)
    name, _, rest = text.partition("+")
    identity, _, encoded = rest.partition("+")
    decoded = _base64(encoded, what="the verifier key")
    if len(decoded) != 33 or decoded[:1] != _ED25519 or key_id(name, decoded[1:]).hex() != identity:
        raise CheckpointError("this is not an Ed25519 verifier key of the form name+id+base64, nor 64 hex digits")
    return decoded[1:]


def _parse_body(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) < _BODY_LINES or not _ORIGIN.fullmatch(lines[0]) or not _SIZE.fullmatch(lines[1]):
        raise CheckpointError("a checkpoint starts with three lines: origin, size, root")
    root = _base64(lines[2], what="the root")
    if len(root) != hashlib.sha256().digest_size:
        raise CheckpointError(f"the root has {len(root)} bytes instead of 32")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def _signature_of(line: str, *, origin: str, identity: bytes) -> bytes | None:
    prefix = f"— {origin} "
    if not line.startswith(prefix):
        return None
    decoded = _base64(line[len(prefix) :], what="a signature line")
    return decoded[4:] if decoded[:4] == identity else None


def _verify(signature: bytes, message: bytes, public_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature as error:
        raise CheckpointError(
            "the signature does not fit: the checkpoint was changed or signed by another key"
        ) from error


def _base64(text: str, *, what: str) -> bytes:
    """Decode the one text that stands for these bytes: bits that padding leaves unused must be zero."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError(f"{what} is not base64") from error
    if base64.b64encode(decoded).decode() != text:
        raise CheckpointError(f"{what} is not the base64 of its bytes: its last characters were changed")
    return decoded
