"""A training run's logs and checkpoints: the run with its frozen plan, and what its jobs measured and found."""

import uuid

from django.db import models
from django.db.models import Q

from originality.enums import PartKind, ReportCause
from portal.artifacts.models import Blob, Bundle
from portal.jobs.models import Job


class TraceRun(models.Model):
    """Training logs of one bundle and the checkpoints declared of that training; `plan` is frozen before a log is read.

    `report` repeats the latest row of `reports` and stays empty until that is there; `job` is the job of the latest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=150, unique=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    step0 = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan = models.JSONField(default=dict, help_text="Declaration, chain, deposits, grants and withheld texts.")
    plan_digest = models.CharField(max_length=64, blank=True)
    logs = models.JSONField(null=True, blank=True, help_text="What was read of the logs, without the points.")
    series = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, related_name="+", help_text="The points, by columns."
    )
    scores = models.JSONField(default=list, help_text="Benchmarks of the checkpoints, handed down by who ran them.")
    report = models.JSONField(null=True, blank=True)
    actor = models.CharField(max_length=100)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return str(self.pk)


class WithheldText(models.Model):
    """Text on which the loss of checkpoints is measured; no team ever sees it. Its bytes are sealed as every blob is."""

    name = models.CharField(max_length=120, unique=True)
    language = models.CharField(max_length=16)
    text = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the text in UTF-8.")
    size = models.PositiveBigIntegerField(help_text="Bytes in UTF-8.")
    source = models.CharField(max_length=300, help_text="Where the text comes from, and why no model has seen it.")
    retired = models.BooleanField(default=False, help_text="Not planned for new runs.")
    actor = models.CharField(max_length=100)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class TracePart(models.Model):
    """One measurement on the weights of a trace run, made by a job of its own; `document` is what it found."""

    run = models.ForeignKey(TraceRun, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=8, choices=PartKind)
    number = models.PositiveSmallIntegerField()
    bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, related_name="+", help_text="The checkpoint, of a leg the later one."
    )
    before = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.ForeignKey(WithheldText, on_delete=models.PROTECT, null=True, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.JSONField(null=True, blank=True)
    problem = models.TextField(blank=True, help_text="Why this could not be measured.")

    class Meta:
        ordering = ("run", "kind", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "kind", "number"), name="one_trace_part_per_kind_and_number"),
            models.CheckConstraint(
                condition=(
                    Q(kind=PartKind.START, text__isnull=True)
                    | Q(kind=PartKind.LEG, before__isnull=False, text__isnull=True)
                    | Q(kind=PartKind.LOSS, before__isnull=True, text__isnull=False)
                ),
                name="a_trace_part_is_of_its_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.run_id}"


class TraceMapping(models.Model):
    """Which name in the log is which quantity. Number 0 is the portal's guess; a correction is a new row, none is changed."""

    run = models.ForeignKey(TraceRun, on_delete=models.PROTECT, related_name="mappings")
    number = models.PositiveSmallIntegerField()
    mapping = models.JSONField(help_text="Quantity to the name that the log gives it.")
    reason = models.TextField(blank=True)
    actor = models.CharField(max_length=100)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("run", "number")
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="one_mapping_per_run_and_number"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"


class TraceReport(models.Model):
    """The findings as they stood: made anew when the team corrects a name or a benchmark comes in; earlier ones stay."""

    run = models.ForeignKey(TraceRun, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=8, choices=ReportCause)
    mapping = models.JSONField(null=True, blank=True, help_text="The team's correction it was made with.")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.JSONField(null=True, blank=True)
    document = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("run", "number")
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="one_report_per_run_and_number"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"
