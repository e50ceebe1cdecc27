"""Questions about a component before it is used, and the rulings that bind the phase."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.consortia.enums import QuestionState, Verdict
from portal.consortia.models.membership import Entry
from portal.programmes.models import Phase


class ComponentQuestion(models.Model):
    """What a team asks about one kind of component in the table of its rules. Who asked is never published."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="component_questions")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="component_questions")
    component = models.CharField(_("Kind of component"), max_length=80)
    text = models.TextField(_("Question"))
    state = models.CharField(max_length=10, choices=QuestionState.choices, default=QuestionState.ASKED)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.phase}: {self.component}"


class AdvanceRuling(models.Model):
    """Insert-only by trigger. `published` is the question as everybody reads it, without what tells the team."""

    question = models.OneToOneField(ComponentQuestion, on_delete=models.PROTECT, related_name="ruling")
    number = models.PositiveSmallIntegerField()  # within the phase
    published = models.TextField(_("Question as published"))
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField(_("Reason"))
    ruled_by = models.CharField(max_length=64)
    ruled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["ruled_at"]

    def __str__(self) -> str:
        return f"{self.question}: {self.verdict}"
