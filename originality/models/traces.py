"""A training run's logs and checkpoints: the run with its frozen plan, and what its jobs found."""

import uuid

from django.db import models

from portal.artifacts.models import Bundle
from portal.jobs.models import Job


class TraceRun(models.Model):
    """Training logs of one bundle, read record by record; `report` stays empty until the job is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=150, unique=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    step0 = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    report = models.JSONField(null=True, blank=True)
    actor = models.CharField(max_length=100)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return str(self.pk)
