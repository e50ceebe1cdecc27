"""A reviewer's working sheet and, apart from it, the signed content that nobody can change."""

from django.conf import settings
from django.db import models

from portal.review.enums import SheetState
from portal.review.labels import choices_of
from portal.review.models.panels import Assignment


class SignedSheet(models.Model):
    """Content as signed: triggers forbid UPDATE and DELETE. A withdrawn signature leaves its row; the next one has number + 1."""

    sheet = models.ForeignKey("ScoreSheet", on_delete=models.PROTECT, related_name="signatures")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["sheet_id", "number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="review_signature_number_once")]


class ScoreSheet(models.Model):
    """`version` rises with every save, so that two open windows cannot overwrite each other."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="sheet")
    state = models.CharField(max_length=8, choices=choices_of(SheetState), default=SheetState.DRAFT)
    version = models.PositiveIntegerField(default=0)
    opinion = models.TextField(blank=True)
    saved_at = models.DateTimeField(null=True)
    signed = models.OneToOneField(SignedSheet, on_delete=models.PROTECT, null=True, related_name="current_of")
    void_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["assignment__entry__code", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["signed", "sealed"]) | models.Q(signed__isnull=False),
                name="review_signed_sheet_has_content",
            )
        ]


class DraftScore(models.Model):
    """`value` is decimal text, empty while the reviewer has not scored the criterion."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="scores")
    criterion = models.CharField(max_length=40)
    value = models.CharField(max_length=16, blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "criterion"], name="review_score_once_per_criterion")]


class SheetTick(models.Model):
    """A row stands for a ticked box "does not meet" of one dimension of a gate ("originality.technical"); it carries no points."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="ticks")
    dimension = models.CharField(max_length=90)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "dimension"], name="review_tick_once_per_dimension")]
