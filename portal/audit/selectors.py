"""Reads of the ledger: checkpoints, proofs, history."""

from typing import Any

from django.db.models import QuerySet

from portal.audit import signing
from portal.audit.models import Checkpoint, Event
from portal.common.formats import merkle
from portal.common.formats.checkpoint import verifier_key


def latest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


def checkpoint_covering(event: Event) -> Checkpoint | None:
    """The first checkpoint signed after the event."""
    return Checkpoint.objects.filter(size__gt=event.seq).order_by("size").first()


def inclusion_proof(event: Event, checkpoint: Checkpoint) -> dict[str, Any]:
    """All that is needed to check offline, by `formats.receipt`, that the event stands under the signed root."""
    leaves = _leaves(checkpoint.size)
    return {
        "checkpoint": checkpoint.note,
        "public_key": signing.public_key().hex(),
        "event": event.document(),
        "proof": [node.hex() for node in merkle.inclusion_proof(leaves, event.seq)],
    }


def consistency_proof(older: Checkpoint, newer: Checkpoint) -> list[str]:
    """Shows that nothing before `older` was changed until `newer`."""
    return [node.hex() for node in merkle.consistency_proof(_leaves(newer.size), older.size)]


def events_of(subject: str) -> QuerySet[Event]:
    """What happened to one subject, such as `sheet:41`, oldest first. The caller's policy decides who may read it."""
    return Event.objects.filter(subject=subject).order_by("seq")


def published_key() -> str:
    """The verifier key as one line, for the public page."""
    return verifier_key(signing.origin(), signing.public_key())


def _leaves(size: int) -> list[bytes]:
    rows = Event.objects.filter(seq__lt=size).order_by("seq").values_list("leaf", flat=True)
    return [bytes.fromhex(leaf) for leaf in rows]
