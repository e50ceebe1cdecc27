"""Who got which cards from when to when, and when they stood still. A correction is a new row; the last one counts."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.consortia.models.membership import Consortium
from portal.programmes.models import Programme


class SupportGrant(models.Model):
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="support_grants")
    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="support_grants")

    class Meta:
        ordering = ["programme", "consortium", "pk"]

    def __str__(self) -> str:
        return f"{self.consortium} / {self.pk}"


class SupportOutage(models.Model):
    grant = models.ForeignKey(SupportGrant, on_delete=models.PROTECT, related_name="outages")

    class Meta:
        ordering = ["grant", "pk"]

    def __str__(self) -> str:
        return f"{self.grant} / {self.pk}"


class Entered(models.Model):
    """What a version of a grant or an outage has in common. Insert-only by trigger; `void` takes the whole row back."""

    number = models.PositiveSmallIntegerField()
    starts = models.DateTimeField(_("From"))
    ends = models.DateTimeField(_("Until"))
    cards = models.PositiveIntegerField(_("Cards"))
    void = models.BooleanField(default=False)
    reason = models.TextField(_("Reason"), blank=True)  # of a correction; the first row needs none
    entered_by = models.CharField(max_length=64)
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class GrantVersion(Entered):
    grant = models.ForeignKey(SupportGrant, on_delete=models.PROTECT, related_name="versions")
    card_type = models.CharField(_("Type of card"), max_length=60, blank=True)
    provider = models.CharField(_("Provider"), max_length=120)
    data_budget = models.PositiveBigIntegerField(_("Data budget (KRW)"), default=0)

    class Meta:
        ordering = ["grant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="one_grant_version_per_number"),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="grant_ends_after_it_starts"),
            models.CheckConstraint(
                condition=models.Q(cards=0) | ~models.Q(card_type=""), name="granted_cards_have_a_type"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} v{self.number}"


class OutageVersion(Entered):
    outage = models.ForeignKey(SupportOutage, on_delete=models.PROTECT, related_name="versions")
    cause = models.CharField(_("Cause"), max_length=300)

    class Meta:
        ordering = ["outage", "number"]
        constraints = [
            models.UniqueConstraint(fields=["outage", "number"], name="one_outage_version_per_number"),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="outage_ends_after_it_starts"),
            models.CheckConstraint(condition=models.Q(cards__gte=1), name="outage_has_a_card"),
        ]

    def __str__(self) -> str:
        return f"{self.outage} v{self.number}"
