"""Suites, runs and raw results. Every run is reached through a row of an upper layer that owns its policy."""

from django.db import models
from django.db.models import Q

from portal.artifacts.models import Blob, Bundle
from portal.jobs.models import Job


class Suite(models.Model):
    """One version of a suite document; it is never changed, only followed by another version."""

    name = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    loaded = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "-version")
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="one_suite_per_name_and_version"),)

    def __str__(self) -> str:
        return f"{self.name}/{self.version}"


class EvaluationRun(models.Model):
    """One suite on one checkpoint. `inputs` are frozen when it is asked for, `seen` is what the child reported.

    Asking again under another key is another run; the first one stays as it is.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.CharField(max_length=150, unique=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, related_name="runs")
    limit = models.PositiveIntegerField(null=True, help_text="Items per task; a limited run is never ranked.")
    inputs = models.JSONField()
    inputs_digest = models.CharField(max_length=64)
    seen = models.JSONField(null=True)
    seconds = models.CharField(max_length=16, blank=True)
    samples = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    raw = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=100)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)
        constraints = (
            models.CheckConstraint(
                condition=Q(seen__isnull=True, samples__isnull=True, raw__isnull=True)
                | Q(seen__isnull=False, samples__isnull=False, raw__isnull=False),
                name="a_recorded_run_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.suite} {self.pk}"


class TaskResult(models.Model):
    """One raw figure of a run, as decimal text with every digit the harness gave; points are the rule set's matter."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="results")
    task = models.CharField(max_length=64)
    metric = models.CharField(max_length=64)
    value = models.CharField(max_length=64)
    stderr = models.CharField(max_length=64, blank=True)
    n = models.PositiveIntegerField()
    higher_is_better = models.BooleanField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("run", "task", "metric"), name="one_result_per_run_and_metric"),)

    def __str__(self) -> str:
        return f"{self.task} {self.metric} {self.value}"
