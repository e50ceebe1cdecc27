"""Offline check of a receipt: its digest, the event that names it, the event's place under a signed checkpoint."""

from dataclasses import dataclass
from typing import Any

from portal.common.formats.canonical import canonical_json, digest_of
from portal.common.formats.checkpoint import verify_checkpoint
from portal.common.formats.merkle import leaf_hash, verify_inclusion

_HASH_DIGITS = 64


class ReceiptError(ValueError):
    """What does not hold, and where."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message


@dataclass(frozen=True)
class VerifiedReceipt:
    """`public_key` is the key that was used; the caller says whether it came from outside the receipt."""

    document: dict[str, Any]
    digest: str
    origin: str
    seq: int
    size: int
    public_key: bytes


def verify_receipt(obj: Any, *, public_key: bytes | None = None) -> VerifiedReceipt:
    """Check `{"receipt", "digest", "ledger": {"checkpoint", "public_key", "event", "proof"}}`.

    Without `public_key` the receipt's own key is used: then the result is only as good as that key, which is to be
    compared with the one the portal publishes.
    """
    document, digest = _digest(obj)
    ledger = _mapping(obj.get("ledger"), "ledger")
    _check_event(_mapping(ledger.get("event"), "ledger.event"), number=document.get("number"), digest=digest)
    return _placed(document, digest, ledger, public_key=public_key)


def verify_deposit(obj: Any, *, public_key: bytes | None = None) -> VerifiedReceipt:
    """Check `{"deposit", "ledger"}`, the proof that a checkpoint's digest was deposited, and when: `document["at"]`."""
    deposit = _mapping(_mapping(obj, "$").get("deposit"), "deposit")
    ledger = _mapping(obj.get("ledger"), "ledger")
    event = _mapping(ledger.get("event"), "ledger.event")
    names = {
        "bundle": "digest",
        "step": "step",
        "tokens": "tokens",
        "bytes": "bytes",
        "log": "log_digest",
        "log_bytes": "log_bytes",
        "sketch": "sketch",
    }
    said = {key: deposit.get(name) for key, name in names.items()}
    after = event.get("after")
    named = isinstance(after, dict) and {key: after.get(key) for key in said} == said
    if not named or event.get("subject") != f"deposit:{deposit.get('id')}":
        raise ReceiptError("ledger.event", "this event of the ledger does not name this deposit")
    return _placed({**deposit, "at": event.get("at")}, str(deposit.get("digest")), ledger, public_key=public_key)


def _placed(
    document: dict[str, Any], digest: str, ledger: dict[str, Any], *, public_key: bytes | None
) -> VerifiedReceipt:
    event = ledger["event"]
    key = public_key or _hash(ledger.get("public_key"), "ledger.public_key")
    try:
        checkpoint = verify_checkpoint(str(ledger.get("checkpoint")), key)
    except ValueError as error:  # not only a CheckpointError: a name may be no text at all
        raise ReceiptError("ledger.checkpoint", str(error)) from error
    _check_place(event, proof=ledger.get("proof"), size=checkpoint.size, root=checkpoint.root)
    return VerifiedReceipt(document, digest, checkpoint.origin, event["seq"], checkpoint.size, key)


def _digest(obj: Any) -> tuple[dict[str, Any], str]:
    document = _mapping(_mapping(obj, "$").get("receipt"), "receipt")
    digest = _canonical_digest(document)
    if obj.get("digest") != digest:
        raise ReceiptError("digest", f"the receipt hashes to {digest}: its text or its digest was changed")
    return document, digest


def _check_event(event: dict[str, Any], *, number: Any, digest: str) -> None:
    after = event.get("after")
    if event.get("subject") != f"receipt:{number}" or not isinstance(after, dict) or after.get("receipt") != digest:
        raise ReceiptError("ledger.event", "this event of the ledger does not name this receipt")


def _check_place(event: dict[str, Any], *, proof: Any, size: int, root: bytes) -> None:
    seq = event.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not isinstance(proof, list):
        raise ReceiptError("ledger.proof", "the number of the event or the proof is missing")
    nodes = [_hash(node, f"ledger.proof[{n}]") for n, node in enumerate(proof)]
    try:
        leaf = leaf_hash(canonical_json(event))
    except ValueError as error:
        raise ReceiptError("ledger.event", str(error)) from error
    if not verify_inclusion(leaf=leaf, index=seq, size=size, proof=nodes, root=root):
        raise ReceiptError("ledger.proof", "the event does not stand under the signed root: event or proof was changed")


def _canonical_digest(document: dict[str, Any]) -> str:
    try:
        return digest_of(document)
    except ValueError as error:
        raise ReceiptError("receipt", str(error)) from error


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ReceiptError(where, "missing or not an object; is this a receipt of the portal?")
    return value


def _hash(value: Any, where: str) -> bytes:
    try:
        decoded = bytes.fromhex(value)
    except (TypeError, ValueError):
        decoded = b""
    if len(decoded) * 2 != _HASH_DIGITS:
        raise ReceiptError(where, "must be 64 hex digits")
    return decoded
