"""Entries of a phase compared on the same items: what was compared is frozen when it is asked for, the document is written once."""

from django.db import models
from django.db.models import Q


class PairedComparison(models.Model):
    """One suite over all entries whose run counted then. Asking again after a rerun is another row; the first one stays."""

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="paired_comparisons")
    suite = models.ForeignKey("evaluation.Suite", on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField(help_text="Suite, resamples, and of each entry its run and the digest of its answers.")
    inputs_digest = models.CharField(max_length=64)
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    requested_by = models.CharField(max_length=100)
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("phase", "suite", "-id")
        constraints = (
            models.UniqueConstraint(fields=("phase", "inputs_digest"), name="one_comparison_of_the_same_runs"),
            models.CheckConstraint(
                condition=Q(document__isnull=True, digest="") | (Q(document__isnull=False) & ~Q(digest="")),
                name="a_comparison_has_a_digest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.phase} {self.suite}"
