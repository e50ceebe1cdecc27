"""Rounds of blind evaluation, the served models, and what each evaluator asked and was answered."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.console.enums import Failure, RoundState, TrialState
from portal.console.labels import choices_of
from portal.consortia.models import Entry
from portal.review.models import Assignment, Panel


class Round(models.Model):
    """One panel's evaluation of the served models. The limits are the same for every model and fixed once it opens."""

    panel = models.OneToOneField(Panel, on_delete=models.PROTECT, related_name="console_round")
    state = models.CharField(max_length=8, choices=choices_of(RoundState), default=RoundState.DRAFTED)
    minimum_seconds = models.PositiveIntegerField(_("Least seconds with each model"), default=180)
    pace_seconds = models.DecimalField(
        _("Answers come in steps of so many seconds"), max_digits=3, decimal_places=1, default=Decimal(5)
    )
    answer_seconds = models.PositiveSmallIntegerField(_("Longest wait for an answer, in seconds"), default=60)
    answer_characters = models.PositiveIntegerField(_("Longest answer, in characters"), default=8000)
    questions_most = models.PositiveSmallIntegerField(_("Most questions to one model"), default=40)
    answers_least = models.PositiveSmallIntegerField(_("Least answers before a model can be rated"), default=1)
    instruction = models.TextField(_("Instruction to every model"), blank=True)
    guide_ko = models.TextField(_("Guide for evaluators in Korean"))
    guide_en = models.TextField(_("Guide for evaluators in English"))
    other_names = models.TextField(_("Further names to mask, one a line"), blank=True)
    seed = models.CharField(max_length=64, blank=True)  # of orders and code names; shown to staff from the seal on
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pace_seconds__gt=0) & models.Q(answer_seconds__gte=1),
                name="console_round_has_limits",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RoundState.DRAFTED) | ~models.Q(seed=""),
                name="console_opened_round_has_a_seed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.panel)

    @property
    def guide(self) -> str:
        return self.guide_en if (get_language() or "ko").startswith("en") else self.guide_ko


class Endpoint(models.Model):
    """Where an entry's model is served, as entered once; a change is the next number. Triggers forbid UPDATE and DELETE."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="endpoints")
    number = models.PositiveSmallIntegerField()
    base_url = models.CharField(max_length=300)
    model = models.CharField(max_length=200)
    sealed_key = models.TextField(blank=True)  # encrypted; never shown again
    other_names = models.TextField(blank=True)  # the maker's further names, one a line
    reason = models.TextField(blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["entry_id", "number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="console_endpoint_number_once")]

    def __str__(self) -> str:
        return f"{self.entry} / {self.number}"


class EndpointCheck(models.Model):
    """One try of an endpoint by staff or the team; written once. An empty failure is a success."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="checks")
    failure = models.CharField(max_length=12, choices=choices_of(Failure), blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]


class Trial(models.Model):
    """One evaluator with one model. `key` stands in addresses and `code_name` on pages; neither says which entry it is."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="trials")
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="trial")
    key = models.CharField(max_length=22, unique=True)
    code_name = models.CharField(max_length=4)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=choices_of(TrialState), default=TrialState.WAITING)
    seconds = models.PositiveIntegerField(default=0)  # of the sittings that have ended
    opened_at = models.DateTimeField(null=True)  # of the sitting under way
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["round_id", "assignment__seat_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "code_name"], name="console_code_name_once_in_round"),
            models.CheckConstraint(
                condition=models.Q(state=TrialState.OPEN, opened_at__isnull=False)
                | (~models.Q(state=TrialState.OPEN) & models.Q(opened_at__isnull=True)),
                name="console_open_trial_has_a_start",
            ),
        ]

    def __str__(self) -> str:
        return self.code_name


class Question(models.Model):
    """What an evaluator asked, written once. Without an answer it is under way, or lost when its time is over."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["trial_id", "number"]
        constraints = [models.UniqueConstraint(fields=["trial", "number"], name="console_question_number_once")]


class Answer(models.Model):
    """What came back, written once: `text` as served, `shown` with names masked. With a failure both are empty."""

    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="answer")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, null=True, related_name="answers")
    failure = models.CharField(max_length=12, choices=choices_of(Failure), blank=True)
    text = models.TextField(blank=True)
    shown = models.TextField(blank=True)
    masked = models.PositiveSmallIntegerField(default=0)  # how many names were masked: the flag
    milliseconds = models.PositiveIntegerField(default=0)  # of the served model alone, before the common pace
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["question_id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(failure="") & ~models.Q(shown="") | ~models.Q(failure="") & models.Q(shown=""),
                name="console_answer_or_failure",
            )
        ]
