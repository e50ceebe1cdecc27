"""Digests deposited while a model is trained, the draw that calls some of them in full, and what came of each call."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.artifacts.models import Bundle
from portal.consortia.models import Entry
from portal.custody.enums import CallState, DrawState, Finding
from portal.jobs.models import Job
from portal.programmes.models import Phase


class Deposit(models.Model):
    """A checkpoint that was promised by its digest, insert-only by trigger. The ledger proves when."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deposits")
    number = models.PositiveIntegerField()
    step = models.PositiveBigIntegerField(help_text="Optimiser steps at this checkpoint.")
    tokens = models.PositiveBigIntegerField(null=True, help_text="Training tokens seen at this checkpoint.")
    digest = models.CharField(max_length=64, help_text="Digest of the bundle's manifest.")
    size = models.PositiveBigIntegerField(help_text="Bytes of the checkpoint.")
    files = models.PositiveIntegerField()
    log_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the training log so far.")
    log_bytes = models.PositiveBigIntegerField(null=True, help_text="Bytes of the training log so far.")
    sketch = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    deposited_by = models.CharField(max_length=100)
    deposited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("entry", "number")
        constraints = (
            models.UniqueConstraint(fields=("entry", "number"), name="one_deposit_per_number"),
            models.UniqueConstraint(fields=("entry", "digest"), name="one_deposit_per_digest"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """What the published draw calls it."""
        return f"{self.entry.code}-{self.number:04d}"


class CheckpointDraw(models.Model):
    """A lot over the deposits of a phase. The seed is committed before the pool closes; `secret` stays hidden until then."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="checkpoint_draws")
    seats = models.PositiveSmallIntegerField(_("Checkpoints to call per team"), default=1)
    days = models.PositiveSmallIntegerField(_("Days for sending the bytes"), default=14)
    secret = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    source = models.CharField(_("Public figure that nobody knows yet"), max_length=200, blank=True)
    figure = models.CharField(max_length=200, blank=True)
    pool_digest = models.CharField(max_length=64, blank=True)
    pool_until = models.DateTimeField(null=True, help_text="Deposits until this moment are in the pool.")
    document = models.JSONField(null=True, help_text="The whole draw, schema draw/1, once it is made.")
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=DrawState, default=DrawState.COMMITTED)
    committed_by = models.CharField(max_length=100)
    committed_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    void_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("phase",),
                condition=models.Q(state__in=(DrawState.COMMITTED, DrawState.CLOSED)),
                name="one_open_checkpoint_draw_per_phase",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DrawState.DRAWN, document__isnull=False, drawn_at__isnull=False)
                | ~models.Q(state=DrawState.DRAWN),
                name="a_checkpoint_draw_has_its_document",
            ),
        )

    def __str__(self) -> str:
        return f"{self.phase} / {self.pk}"


class CalledCheckpoint(models.Model):
    """A deposit that the lot took: its bytes are due, and are held to the deposited digest."""

    draw = models.ForeignKey(CheckpointDraw, on_delete=models.PROTECT, related_name="calls")
    deposit = models.OneToOneField(Deposit, on_delete=models.PROTECT, related_name="call")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=CallState, default=CallState.CALLED)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    arrived_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    finding = models.CharField(
        max_length=16, choices=Finding, blank=True, help_text="The deposited sketch, made again."
    )
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("deposit__entry", "deposit__number")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=(CallState.DELIVERED, CallState.LATE), bundle__isnull=False)
                | (~models.Q(state__in=(CallState.DELIVERED, CallState.LATE)) & models.Q(bundle__isnull=True)),
                name="a_delivered_call_has_its_bundle",
            ),
        )

    def __str__(self) -> str:
        return f"{self.deposit}: {self.state}"


class CallReply(models.Model):
    """What the team says to a missed call, insert-only by trigger."""

    call = models.OneToOneField(CalledCheckpoint, on_delete=models.PROTECT, related_name="reply")
    text = models.TextField(_("Reply"))
    replied_by = models.CharField(max_length=100)
    replied_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.call}"
