import uuid

from django.db import models

from portal.artifacts.models import Blob, Bundle
from portal.jobs.models import Job


class ContaminationRun(models.Model):
    """One declared data sample against the items of some suites; what is compared is frozen in `plan` when it is asked for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=150, unique=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    report = models.JSONField(null=True, blank=True)
    document = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, related_name="+", help_text="The stored bytes of the report."
    )
    actor = models.CharField(max_length=100)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return str(self.pk)


class ParaphraseRun(models.Model):
    """What rewording its questions did to one run: the gaps of all tasks of its suite that say another's items in other words."""

    run = models.OneToOneField("evaluation.EvaluationRun", on_delete=models.PROTECT, related_name="paraphrase")
    report = models.JSONField(null=True, blank=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"rewording of {self.run_id}"
