"""Does the ledger in the database still say what was signed? Every finding names its place."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portal.audit.models import Checkpoint, Event
from portal.common.formats import checkpoint as notes
from portal.common.formats.canonical import CanonicalError
from portal.common.formats.merkle import root_of


class Finding(NamedTuple):
    kind: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.place}: {self.detail} [{self.kind}]"


class Report(NamedTuple):
    events: int
    checkpoints: int
    root: bytes
    findings: list[Finding]


def verify_log(
    events: Iterable[Event], *, checkpoints: Iterable[Checkpoint], public_key: bytes, external: Sequence[str] = ()
) -> Report:
    """Recompute every leaf and every signed root; `external` are checkpoint notes kept outside the database."""
    leaves, findings = _check_events(events)
    stored = list(checkpoints)
    for row in stored:
        findings += _check_stored(row, leaves=leaves, public_key=public_key)
    for number, note in enumerate(external, start=1):
        findings += _check_note(note, leaves=leaves, public_key=public_key, place=f"external checkpoint {number}")
    return Report(events=len(leaves), checkpoints=len(stored), root=root_of(leaves), findings=findings)


def _check_events(events: Iterable[Event]) -> tuple[list[bytes], list[Finding]]:
    """Leaves are recomputed from the content: a stored leaf only tells which event was changed."""
    leaves: list[bytes] = []
    findings: list[Finding] = []
    expected = 0
    for event in events:
        if event.seq != expected:
            findings.append(Finding("gap", f"event {expected}", f"missing; the next row has the number {event.seq}"))
        leaf = _leaf_of(event)
        if leaf.hex() != event.leaf:
            findings.append(Finding("event changed", f"event {event.seq}", "its content does not hash to its leaf"))
        leaves.append(leaf)
        expected = event.seq + 1
    return leaves, findings


def _leaf_of(event: Event) -> bytes:
    """An edit can also leave what has no canonical form, such as a float; no leaf fits that."""
    try:
        return bytes.fromhex(event.computed_leaf())
    except CanonicalError:
        return bytes(32)


def _check_stored(row: Checkpoint, *, leaves: list[bytes], public_key: bytes) -> list[Finding]:
    place = f"checkpoint {row.size}"
    findings = _check_note(row.note, leaves=leaves, public_key=public_key, place=place)
    if not findings and f"\n{row.size}\n" not in row.note:
        findings.append(Finding("checkpoint changed", place, "the row's size is not the size that was signed"))
    if not findings and notes.verify_checkpoint(row.note, public_key).root.hex() != row.root:
        findings.append(Finding("checkpoint changed", place, "the row's root is not the root that was signed"))
    return findings


def _check_note(note: str, *, leaves: list[bytes], public_key: bytes, place: str) -> list[Finding]:
    try:
        signed = notes.verify_checkpoint(note, public_key)
    except notes.CheckpointError as error:
        return [Finding("signature", place, str(error))]
    if signed.size > len(leaves):
        missing = signed.size - len(leaves)
        return [Finding("truncation", place, f"signed over {signed.size} events; the last {missing} are gone")]
    if root_of(leaves[: signed.size]) != signed.root:
        return [Finding("root", place, f"the first {signed.size} events are not those that were signed")]
    return []
