"""A checkpoint against the references: the run with its frozen plan, its parts and what was found."""

import uuid

from django.db import models
from django.db.models import Q

from originality.enums import Level, Side
from originality.models.references import Reference
from portal.artifacts.models import Blob, Bundle
from portal.jobs.models import Job


class OriginalityRun(models.Model):
    """A checkpoint against every reference that the registry held when it was asked for: the plan is frozen here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=150, unique=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    step0 = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    binding = models.JSONField(null=True, blank=True, help_text="The checkpoint against its own step 0.")
    sketch = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, related_name="+", help_text="What was compared, put together."
    )
    actor = models.CharField(max_length=100)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return str(self.pk)


class SketchPart(models.Model):
    """A block of tensors of a large checkpoint, sketched by a job of its own; `sketch` is kept until all are put together."""

    run = models.ForeignKey(OriginalityRun, on_delete=models.CASCADE, related_name="parts")
    side = models.CharField(max_length=12, choices=Side)
    number = models.PositiveSmallIntegerField()
    of = models.PositiveSmallIntegerField()
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    sketch = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("run", "side", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "side", "number"), name="one_part_per_side_and_number"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=models.F("of")), name="part_number_in_range"),
        )

    def __str__(self) -> str:
        return f"{self.side} {self.number}/{self.of}"


class Comparison(models.Model):
    """One reference's report. The columns repeat what lists show; `report` is the evidence, `document` its stored bytes."""

    run = models.ForeignKey(OriginalityRun, on_delete=models.CASCADE, related_name="comparisons")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level)
    outcome = models.CharField(max_length=20, blank=True, help_text="One of originality.core.outcome.OUTCOMES.")
    declared = models.CharField(
        max_length=16, blank=True, help_text="How the team declared the reference: component, own lineage, or not."
    )
    z = models.FloatField(null=True, help_text="Pooled sign test of the alignment that finds most; null mean 0, sd 1.")
    alignment = models.CharField(max_length=4, blank=True)
    r2 = models.FloatField(null=True, help_text="Share of variance explained under that alignment.")
    coverage = models.FloatField(help_text="Share of the candidate's parameters that some test saw.")
    share = models.FloatField(help_text="Share of parameters in modules of common origin.")
    report = models.JSONField()
    document = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-level", "reference__name")
        constraints = (
            models.UniqueConstraint(fields=("run", "reference"), name="one_comparison_per_run_and_reference"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=3), name="comparison_level_known"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.get_level_display()}"
