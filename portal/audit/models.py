"""The ledger: events in the order they happened, and signed statements about the log at a size. Both are insert-only."""

from datetime import UTC
from typing import Any

from django.db import models

from portal.common.formats.canonical import canonical_json
from portal.common.formats.merkle import leaf_hash

SCHEMA = "event/1"


class Event(models.Model):
    """One change. `seq` counts from 0 without gaps and is the leaf's place in the Merkle log.

    The nonce keeps a published leaf from being guessed back to its content.
    """

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=200, db_index=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    nonce = models.CharField(max_length=32)
    leaf = models.CharField(max_length=64, help_text="RFC 6962 leaf hash of the canonical document, in hex.")

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject}"

    def document(self) -> dict[str, Any]:
        """What the leaf covers: every field but the leaf itself."""
        return {
            "schema": SCHEMA,
            "seq": self.seq,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "nonce": self.nonce,
        }

    def computed_leaf(self) -> str:
        return leaf_hash(canonical_json(self.document())).hex()


class Checkpoint(models.Model):
    """The log's root at a size, signed. Copies outside the database are what makes a later truncation visible."""

    size = models.PositiveBigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    note = models.TextField(help_text="C2SP signed note.")
    at = models.DateTimeField()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"
