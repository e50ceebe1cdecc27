"""Benchmarks and target models that teams propose, and the frozen result."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.consortia.enums import ProposalKind, RoundState
from portal.consortia.models.membership import Entry
from portal.programmes.models import Phase


class ProposalRound(models.Model):
    """One per phase. `minimum`: a benchmark is taken when at least so many teams proposed it."""

    phase = models.OneToOneField(Phase, on_delete=models.PROTECT, related_name="proposal_round")
    minimum = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=8, choices=RoundState.choices, default=RoundState.OPEN)
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_by = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(minimum__gte=1), name="proposal_minimum_is_one")]

    def __str__(self) -> str:
        return str(self.phase)


class Proposal(models.Model):
    """One benchmark, or the target model for one item of the rules. Never edited: taken back and made anew.

    `key` is what two proposals of the same benchmark have in common, see `choosing.fold`. `score` is decimal text.
    """

    round = models.ForeignKey(ProposalRound, on_delete=models.PROTECT, related_name="proposals")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=10, choices=ProposalKind.choices)
    name = models.CharField(_("Name"), max_length=120)
    version = models.CharField(_("Version"), max_length=60)
    key = models.CharField(max_length=200)
    source = models.URLField(_("Source (URL)"), max_length=500)
    dated = models.DateField(_("Date"))
    metric = models.CharField(_("Metric"), max_length=80)
    part = models.CharField(max_length=40, blank=True)
    item = models.CharField(max_length=80, blank=True)
    benchmark = models.CharField(_("Benchmark on which it was measured"), max_length=120, blank=True)
    score = models.CharField(max_length=32, blank=True)
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "kind", "key", "proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "entry", "key"],
                condition=models.Q(withdrawn_at=None, kind=ProposalKind.BENCHMARK),
                name="one_proposal_per_benchmark",
            ),
            models.UniqueConstraint(
                fields=["round", "entry", "part", "item"],
                condition=models.Q(withdrawn_at=None, kind=ProposalKind.TARGET),
                name="one_target_per_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class ProposalResult(models.Model):
    """Insert-only by trigger: what was taken and which targets stand, as one document with its digest."""

    round = models.ForeignKey(ProposalRound, on_delete=models.PROTECT, related_name="results")
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    frozen_by = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["round", "version"]
        constraints = [models.UniqueConstraint(fields=["round", "version"], name="one_proposal_result_per_version")]

    def __str__(self) -> str:
        return f"{self.round} v{self.version}"
