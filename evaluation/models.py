"""Suites, runs and raw results. Every run is reached through a row of an upper layer that owns its policy."""

from typing import Any

from django.db import models
from django.db.models import Q

from evaluation.contamination.models import ContaminationRun, ParaphraseRun  # noqa: F401 - Django finds models here
from evaluation.private_models import PrivateSet  # noqa: F401 - as above
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
    index = models.JSONField(null=True, help_text="Where each stretch of answers stands in the file of samples.")
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

    @property
    def source(self) -> dict[str, Any]:
        """What answers the questions; {} is the checkpoint itself, as the first schema of inputs had it."""
        return dict(self.inputs.get("source", {}))


class RunPart(models.Model):
    """One task group of a run and the job that measures it: the run's own job where it is the only group.

    A whole part has `seen`. Of one that failed, `samples`, `raw` and `index` are those of the tasks that were done.
    """

    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="parts")
    group = models.CharField(max_length=64)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")
    seen = models.JSONField(null=True)
    seconds = models.CharField(max_length=16, blank=True)
    cards = models.PositiveSmallIntegerField(default=0)
    samples = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    raw = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    index = models.JSONField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("run", "group"), name="one_part_per_run_and_group"),
            models.CheckConstraint(
                condition=Q(seen__isnull=True) | Q(samples__isnull=False, raw__isnull=False),
                name="a_recorded_part_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.group}"


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


class TaskUsage(models.Model):
    """What one task of a run took: questions asked, requests made of the model, tokens read and written, time on the clock.

    `truncated` requests were longer than the model's longest context and lost their beginning; `seconds` is decimal text.
    """

    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="usage")
    task = models.CharField(max_length=64)
    items = models.PositiveIntegerField()
    requests = models.PositiveIntegerField()
    tokens_in = models.PositiveBigIntegerField()
    tokens_out = models.PositiveBigIntegerField()
    truncated = models.PositiveIntegerField()
    seconds = models.CharField(max_length=16)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("run", "task"), name="one_usage_per_run_and_task"),)

    def __str__(self) -> str:
        return f"{self.task} {self.seconds} s"
