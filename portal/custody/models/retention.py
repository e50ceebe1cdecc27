"""How long bytes are kept, what keeps them longer, and the record of their destruction."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.artifacts.models import Bundle
from portal.consortia.models import Entry
from portal.custody.enums import DestructionState, HoldState
from portal.programmes.models import Phase, Programme


class RetentionRule(models.Model):
    """Insert-only by trigger: the last rule of the phase counts, else the last one of the programme."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="retention_rules")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, null=True, related_name="retention_rules")
    days = models.PositiveIntegerField(_("Days kept after the phase is final"))
    roles = models.JSONField(help_text="Roles of what is destroyed then; everything else stays as the record.")
    reason = models.TextField(_("Legal ground or reason"))
    set_by = models.CharField(max_length=100)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.phase or self.programme}: {self.days}"


class Hold(models.Model):
    """Nothing of the entry is destroyed while one stands."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField(_("Reason"))
    state = models.CharField(max_length=16, choices=HoldState, default=HoldState.STANDING)
    placed_by = models.CharField(max_length=100)
    placed_at = models.DateTimeField(default=timezone.now)
    lift_reason = models.TextField(blank=True)
    lifted_by = models.CharField(max_length=100, blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state=HoldState.STANDING, lifted_at__isnull=True)
                | models.Q(state=HoldState.LIFTED, lifted_at__isnull=False),
                name="a_lifted_hold_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry}: {self.state}"


class Destruction(models.Model):
    """The decision on an entry's bytes: proposed by one person, approved by another, then carried out and certified."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="destructions")
    state = models.CharField(max_length=16, choices=DestructionState, default=DestructionState.PROPOSED)
    reason = models.TextField(_("Reason"))
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    drop_reason = models.TextField(blank=True)
    objects_removed = models.JSONField(default=list, help_text="SHA-256 of each object that only these bundles used.")
    done_at = models.DateTimeField(null=True)
    document = models.JSONField(null=True, help_text="The certificate, schema destruction/1.")
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=(DestructionState.PROPOSED, DestructionState.DROPPED))
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="destruction_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DestructionState.DONE, document__isnull=False, done_at__isnull=False)
                | (~models.Q(state=DestructionState.DONE) & models.Q(document__isnull=True)),
                name="a_destruction_has_its_certificate",
            ),
            models.UniqueConstraint(
                fields=("entry",),
                condition=models.Q(state__in=(DestructionState.PROPOSED, DestructionState.APPROVED)),
                name="one_open_destruction_per_entry",
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry}: {self.state}"

    @property
    def letter_key(self) -> str:
        """What letters and the document number are filed under."""
        return f"custody.destruction:{self.pk}"

    @property
    def certificate(self) -> dict[str, Any]:
        return dict(self.document or {})


class DestructionItem(models.Model):
    """One bundle of a decision, insert-only by trigger: what is decided on is what stood there."""

    destruction = models.ForeignKey(Destruction, on_delete=models.PROTECT, related_name="items")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32, help_text="Role in the submission, `called`, `sketch`, or `unused`.")

    class Meta:
        ordering = ("role", "id")
        constraints = (
            models.UniqueConstraint(fields=("destruction", "bundle"), name="one_item_per_destruction_and_bundle"),
        )

    def __str__(self) -> str:
        return f"{self.role}: {self.bundle}"
