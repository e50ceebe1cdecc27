"""Questions to a team, the right of reply before a disqualification is ruled, and the ruling on each gate."""

from django.conf import settings
from django.db import models

from portal.review.enums import DisqualificationState, GateVerdict
from portal.review.labels import choices_of


class Question(models.Model):
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Answer(models.Model):
    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="answer")
    text = models.TextField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()


class Disqualification(models.Model):
    """`evidence` lists digests or run ids with a word on each; `reply_due` is set when the team is notified."""

    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="disqualifications")
    gate = models.CharField(max_length=40)
    state = models.CharField(
        max_length=12, choices=choices_of(DisqualificationState), default=DisqualificationState.RAISED
    )
    grounds = models.TextField()
    evidence = models.JSONField(default=list)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    notified_at = models.DateTimeField(null=True)
    reply_due = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "gate"],
                condition=~models.Q(state=DisqualificationState.DROPPED),
                name="review_one_standing_disqualification_per_gate",
            )
        ]


class GateRuling(models.Model):
    """Insert-only by trigger: the recorded verdict on one gate of one entry; `number` rises when a later ruling replaces it."""

    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="gate_rulings")
    gate = models.CharField(max_length=40)
    number = models.PositiveIntegerField(default=1)
    verdict = models.CharField(max_length=8, choices=choices_of(GateVerdict))
    reason = models.TextField()
    disqualification = models.OneToOneField(
        Disqualification, on_delete=models.PROTECT, null=True, related_name="gate_ruling"
    )
    minutes = models.ForeignKey("Minutes", on_delete=models.PROTECT, null=True, related_name="gate_rulings")
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["entry__code", "gate", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "gate", "number"], name="review_gate_ruling_number_once")
        ]
