"""Figures from outside bodies, and the tally: one document in, one document out, both with their digests."""

from django.conf import settings
from django.db import models


class OutsideResult(models.Model):
    """A figure that another body measured, entered by one person from a document and confirmed by a second."""

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="outside_results")
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="outside_results")
    part = models.CharField(max_length=40)
    item = models.CharField(max_length=80)
    body = models.CharField(max_length=120)
    document_digest = models.CharField(max_length=64)
    value = models.CharField(max_length=32)
    target = models.CharField(max_length=32, blank=True)
    stderr = models.CharField(max_length=32, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["entry__code", "part", "item"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "part", "item"], name="review_outside_result_once"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("entered_by")),
                name="review_outside_result_two_people",
            ),
        ]


class Tally(models.Model):
    """Insert-only by trigger. A late recusal or a corrected input makes the next version, never a change of this one."""

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="tallies")
    version = models.PositiveIntegerField()
    input = models.JSONField()
    input_digest = models.CharField(max_length=64)
    output = models.JSONField()
    digest = models.CharField(max_length=64)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["phase_id", "version"]
        constraints = [models.UniqueConstraint(fields=["phase", "version"], name="review_tally_version_once")]
