"""A change of frozen rules: the version before, the version after, and what each team says to it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.consortia.enums import AmendmentState, Answer
from portal.consortia.models.membership import Entry
from portal.programmes.models import Phase, RuleSetVersion


class Amendment(models.Model):
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    before = models.ForeignKey(RuleSetVersion, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(RuleSetVersion, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("Reason"))
    reply_due = models.DateTimeField(_("Answers until"))
    state = models.CharField(max_length=10, choices=AmendmentState.choices, default=AmendmentState.PROPOSED)
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField(default=timezone.now)
    ruling_reason = models.TextField(blank=True)
    ruled_by = models.CharField(max_length=64, blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["phase", "number"]
        constraints = [
            models.UniqueConstraint(fields=["phase", "number"], name="one_amendment_per_number"),
            models.UniqueConstraint(
                fields=["phase"], condition=models.Q(state=AmendmentState.PROPOSED), name="one_open_amendment_per_phase"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=AmendmentState.ADOPTED) | ~models.Q(ruled_by=models.F("proposed_by")),
                name="amendment_adopted_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase} / {self.number}"


class AmendmentReply(models.Model):
    """Insert-only by trigger. A team may answer again until the answers are due; its last answer counts."""

    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="replies")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="amendment_replies")
    number = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=10, choices=Answer.choices)
    text = models.TextField(blank=True)
    replied_by = models.CharField(max_length=64)
    replied_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["amendment", "entry", "number"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "entry", "number"], name="one_amendment_reply_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.entry} {self.answer}"
