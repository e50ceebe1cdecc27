"""What the office decided about the servers that teams hand in for models of their own architecture."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.artifacts.models import Bundle
from portal.measurements.enums import ServerVerdict
from portal.submissions.models import Submission


class ServerDecision(models.Model):
    """One decision, written once. A refusal may be followed by another decision; what was started stays started."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="server_decisions")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=ServerVerdict)
    reason = models.TextField()
    decided_by = models.CharField(max_length=100)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("submission", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("submission",), condition=Q(verdict="start"), name="a_server_is_started_once_per_submission"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} {self.submission}"
