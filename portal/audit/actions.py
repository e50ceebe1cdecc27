"""The only writes to the ledger."""

import json
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from portal.audit import signing
from portal.audit.models import Checkpoint, Event
from portal.common.formats.canonical import canonical_json
from portal.common.formats.checkpoint import sign_checkpoint
from portal.common.formats.merkle import root_of

_LOCK = 0x1ED6E7  # any number, the same in every process


def record(
    action: StrEnum,
    *,
    actor: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Event:
    """Append an event in the caller's transaction; make it the last write, for it takes the log's one lock."""
    _require_transaction()
    _lock_log()
    event = Event(
        seq=_next_seq(),
        at=timezone.now(),
        actor=actor,
        action=str(action),
        subject=subject,
        before=_canonical(before),
        after=_canonical(after),
        reason=reason,
        nonce=secrets.token_hex(16),
    )
    event.leaf = event.computed_leaf()
    event.save(force_insert=True)
    return event


class Actor(Protocol):
    """Whoever acts: a user or a viewer."""

    @property
    def actor(self) -> str: ...


def leave_trace(
    action: StrEnum,
    *,
    by: Actor,
    subject: Model,
    area: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """The event of an act on a row, called `[area.]model:key`; like every event the last write of its transaction."""
    key = f"{area}{'.' if area else ''}{type(subject).__name__.lower()}:{subject.pk}"
    facts = {"before": dict(before) if before else None, "after": dict(after) if after else None}
    record(action, actor=by.actor, subject=key, **facts, reason=reason)


class LedgerDamagedError(Exception):
    """Events are missing: nothing is signed over such a log."""


@transaction.atomic
def sign_current_checkpoint() -> Checkpoint:
    """Sign the log as it stands; the same size is signed once."""
    _lock_log()
    leaves = [bytes.fromhex(leaf) for leaf in Event.objects.order_by("seq").values_list("leaf", flat=True)]
    if len(leaves) != (size := _next_seq()):
        raise LedgerDamagedError(f"The ledger holds {len(leaves)} of {size} events; run manage.py verify_ledger.")
    if existing := Checkpoint.objects.filter(size=len(leaves)).first():
        return existing
    root = root_of(leaves)
    note = sign_checkpoint(signing.origin(), len(leaves), root, signing.seed())
    return Checkpoint.objects.create(size=len(leaves), root=root.hex(), note=note, at=timezone.now())


def _next_seq() -> int:
    last = Event.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else int(last) + 1


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "An audit event belongs to the transaction of the change it records; wrap both in transaction.atomic()."
        )


def _lock_log() -> None:
    """One writer at a time until the transaction ends. SQLite's IMMEDIATE transaction already is that lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _canonical(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """What is stored is what is hashed: decimals become text here, not when somebody reads the row back."""
    return None if document is None else json.loads(canonical_json(document))
