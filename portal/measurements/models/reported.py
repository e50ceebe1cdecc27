"""Scores that teams report with their logs, the draw that picks some, and what came of running those again."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation.models import EvaluationRun, Suite
from portal.artifacts.models import Bundle
from portal.consortia.models import Entry
from portal.measurements.enums import DrawState, Effect, Method, ReportKind, ReproductionState
from portal.programmes.models import Phase


class Report(models.Model):
    """A team's own score for one item of the rules, insert-only by trigger. The last version before the deadline counts."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="reports")
    part = models.CharField(max_length=40)
    item = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=ReportKind)
    value = models.CharField(max_length=64, help_text="Mean of the figures in the unit of the rules, decimal text.")
    stderr = models.CharField(max_length=64, blank=True)
    factor = models.PositiveSmallIntegerField(help_text="From the harness's unit to that of the rules: 1 or 100.")
    harness = models.CharField(max_length=100)
    note = models.TextField(blank=True)
    log = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(help_text="Schema reported-score/1, salted: its digest stands in the ledger.")
    digest = models.CharField(max_length=64, unique=True)
    reported_by = models.CharField(max_length=100)
    reported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("entry", "part", "item", "version")
        constraints = (
            models.UniqueConstraint(
                fields=("entry", "part", "item", "version"), name="one_report_per_item_and_version"
            ),
            models.CheckConstraint(
                condition=models.Q(factor__in=(1, 100)), name="a_report_counts_in_shares_or_percent"
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry.code} {self.part}/{self.item} v{self.version}"


class ReportedFigure(models.Model):
    """One figure behind a report, in the harness's unit, insert-only by trigger. The draw is over these."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="figures")
    number = models.PositiveIntegerField(help_text="Of the entry; its code in the draw says nothing of the task.")
    code = models.CharField(max_length=24)
    task = models.CharField(max_length=128)
    metric = models.CharField(max_length=64)
    filter = models.CharField(max_length=64, default="none")
    value = models.CharField(max_length=64)
    stderr = models.CharField(max_length=64, blank=True)
    n = models.PositiveIntegerField()
    runs = models.JSONField(default=list, help_text="The value of each of the team's runs.")
    shots = models.PositiveSmallIntegerField(null=True)
    task_version = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ("report", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("report", "task", "metric", "filter"), name="one_figure_per_report_task_and_metric"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.task} {self.metric}"


class ReproductionDraw(models.Model):
    """A lot over the reported figures of a phase, and the rule they are held to: both published before it is drawn."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="reproduction_draws")
    seats = models.PositiveSmallIntegerField(_("Figures to run again per team"), default=1)
    level = models.CharField(_("Level of the interval"), max_length=8, default="0.95")
    tolerance = models.CharField(_("Tolerance"), max_length=16, default="0.01")
    effect = models.CharField(_("What a figure that is not reproduced means"), max_length=8, choices=Effect)
    days = models.PositiveSmallIntegerField(_("Days for an explanation"), default=7)
    secret = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    source = models.CharField(_("Public figure that nobody knows yet"), max_length=200, blank=True)
    figure = models.CharField(max_length=200, blank=True)
    pool_digest = models.CharField(max_length=64, blank=True)
    reports_digest = models.CharField(max_length=64, blank=True, help_text="Of the digests of all reports that count.")
    document = models.JSONField(null=True, help_text="The whole draw, schema draw/1, once it is made.")
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=DrawState, default=DrawState.COMMITTED)
    committed_by = models.CharField(max_length=100)
    committed_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    void_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("phase",),
                condition=~models.Q(state=DrawState.VOID),
                name="one_reproduction_draw_per_phase",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DrawState.DRAWN, document__isnull=False, drawn_at__isnull=False)
                | ~models.Q(state=DrawState.DRAWN),
                name="a_reproduction_draw_has_its_document",
            ),
        )

    def __str__(self) -> str:
        return f"{self.phase} / {self.pk}"

    @property
    def rule(self) -> dict[str, Any]:
        """What is published with the commitment, and digested into the ledger."""
        return {"level": self.level, "tolerance": self.tolerance, "effect": self.effect, "days": self.days}


class Reproduction(models.Model):
    """A figure that was drawn: the portal's own run of it, the comparison, and what was concluded."""

    draw = models.ForeignKey(ReproductionDraw, on_delete=models.PROTECT, related_name="reproductions")
    figure = models.OneToOneField(ReportedFigure, on_delete=models.PROTECT, related_name="reproduction")
    state = models.CharField(max_length=16, choices=ReproductionState, default=ReproductionState.DRAWN)
    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, null=True, related_name="+")
    task = models.CharField(max_length=128, blank=True, help_text="The task's name in the suite.")
    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, null=True, related_name="reproductions")
    asked_by = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    value = models.CharField(max_length=64, blank=True)
    stderr = models.CharField(max_length=64, blank=True)
    n = models.PositiveIntegerField(null=True)
    difference = models.CharField(max_length=32, blank=True, help_text="Reported less reproduced, harness's unit.")
    low = models.CharField(max_length=32, blank=True)
    high = models.CharField(max_length=32, blank=True)
    method = models.CharField(max_length=16, choices=Method, blank=True)
    measured_at = models.DateTimeField(null=True)
    explain_until = models.DateTimeField(null=True)
    cause = models.TextField(blank=True, help_text="Why it failed or cannot be run; the team reads it.")
    conclusion = models.TextField(blank=True)
    concluded_by = models.CharField(max_length=100, blank=True)
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("figure__code",)

    def __str__(self) -> str:
        return f"{self.figure.code}: {self.state}"


class ReproductionReply(models.Model):
    """What the team says to a figure that was not reproduced, insert-only by trigger."""

    reproduction = models.OneToOneField(Reproduction, on_delete=models.PROTECT, related_name="reply")
    text = models.TextField(_("Explanation"))
    replied_by = models.CharField(max_length=100)
    replied_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.reproduction}"
