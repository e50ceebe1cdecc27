"""The draw of a panel of the general public: quotas, pool, seed, outcome. Sex and age group lie in a table of their own."""

from django.db import models
from django.utils import timezone

from portal.review.enums import DrawState, Sex
from portal.review.labels import choices_of
from portal.review.models.panels import Panel


class Draw(models.Model):
    """One draw for one panel. `secret` is shown to nobody before the draw; its digest, the commitment, is public before the pool closes."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="draws")
    state = models.CharField(max_length=12, choices=choices_of(DrawState), default=DrawState.DRAFTED)
    secret = models.CharField(max_length=64, blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    beacon_source = models.CharField(max_length=200, blank=True)  # a public figure that nobody can know when committing
    beacon = models.CharField(max_length=200, blank=True)
    pool_digest = models.CharField(max_length=64, blank=True)
    document = models.JSONField(null=True)  # schema draw/1, whole, once drawn
    digest = models.CharField(max_length=64, blank=True)
    void_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    committed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel"], condition=~models.Q(state=DrawState.VOID), name="review_one_standing_draw_per_panel"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[DrawState.DRAFTED, DrawState.VOID]) | ~models.Q(commitment=""),
                name="review_draw_is_committed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel} / {self.pk}"


class DrawCell(models.Model):
    """A quota: so many seats and alternates for one sex in one age group."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="cells")
    sex = models.CharField(max_length=6, choices=choices_of(Sex))
    age_group = models.CharField(max_length=12)
    seats = models.PositiveSmallIntegerField()
    alternates = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["draw", "sex", "age_group"], name="review_cell_once_in_draw")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        return f"{self.sex} {self.age_group}"


class Candidate(models.Model):
    """A person of the pool. `code` is what the published draw calls them; it stands on no sheet and no seat."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="pool")
    code = models.CharField(max_length=8)
    email = models.EmailField()
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "code"], name="review_candidate_code_once"),
            models.UniqueConstraint(fields=["draw", "email"], name="review_candidate_address_once"),
        ]

    def __str__(self) -> str:
        return self.code


class CandidateAttributes(models.Model):
    """Sex and age group, for the quotas alone: read by the draw, never beside an answer."""

    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="attributes")
    cell = models.ForeignKey(DrawCell, on_delete=models.PROTECT, related_name="+")


class DrawnPlace(models.Model):
    """One line of the outcome, insert-only: the candidate drawn for a seat, or the nth alternate of the cell."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="places")
    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="place")
    is_alternate = models.BooleanField()
    number = models.PositiveSmallIntegerField()  # within the cell, apart for seats and alternates

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.candidate.code
