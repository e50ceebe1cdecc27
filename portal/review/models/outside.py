"""Figures from outside bodies: the document as it came, and what two people took down from it, version by version."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.artifacts.models import Blob


class OutsideDocument(models.Model):
    """A document of another body, kept as it came; its digest is computed. Insert-only by trigger."""

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="outside_documents")
    body = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    name = models.CharField(max_length=200, help_text="Name of the file.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["phase", "sha256"], name="review_outside_document_once")]

    def __str__(self) -> str:
        return f"{self.body}: {self.title}"


class OutsideResult(models.Model):
    """One version of a figure, entered by one person from a document and confirmed by a second. The last version counts.

    `raw` holds the figures beside the value that the body gives (shares of an index, say), name to decimal text.
    """

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="outside_results")
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="outside_results")
    part = models.CharField(max_length=40)
    item = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    document = models.ForeignKey(OutsideDocument, on_delete=models.PROTECT, null=True, related_name="figures")
    body = models.CharField(max_length=120)
    document_digest = models.CharField(max_length=64)
    value = models.CharField(max_length=32)
    target = models.CharField(max_length=32, blank=True)
    stderr = models.CharField(max_length=32, blank=True)
    raw = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it corrects the version before.")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["entry__code", "part", "item", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "part", "item", "version"], name="review_outside_result_once_per_version"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("entered_by")),
                name="review_outside_result_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}/{self.item} v{self.version}"
