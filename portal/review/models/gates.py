"""Questions to a team, the right of reply before a disqualification is ruled, and the ruling on each gate."""

from django.conf import settings
from django.db import models

from portal.review.enums import DisqualificationState, GateVerdict, VerificationState
from portal.review.labels import choices_of


class Verification(models.Model):
    """An additional round on one entry: its verdict is held while the phase goes on. `reopened_by` is the decision to evaluate again."""

    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="verifications")
    state = models.CharField(max_length=12, choices=choices_of(VerificationState), default=VerificationState.OPEN)
    reason = models.TextField()
    reopened_by = models.OneToOneField(
        "Decision", on_delete=models.PROTECT, null=True, related_name="opened_verification"
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closing_reason = models.TextField(blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(state=VerificationState.OPEN), name="review_one_open_verification"
            )
        ]


class VerificationEvidence(models.Model):
    """Insert-only by trigger: what was looked at in the round, in order; `references` are run ids or digests with a word on each."""

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    text = models.TextField()
    references = models.JSONField(default=list)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["verification_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["verification", "number"], name="review_verification_evidence_number_once")
        ]


class Question(models.Model):
    """`verification` is the additional round that the question belongs to, if it was put in one."""

    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="questions")
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, null=True, related_name="questions")
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
    """`evidence` lists digests or run ids with a word on each; `reply_due` is set when the team is notified.

    Raised by an officer, or by what an originality report found (`finding`): then no person stands behind it yet.
    """

    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="disqualifications")
    gate = models.CharField(max_length=40)
    state = models.CharField(
        max_length=12, choices=choices_of(DisqualificationState), default=DisqualificationState.RAISED
    )
    grounds = models.TextField()
    evidence = models.JSONField(default=list)
    finding = models.OneToOneField(
        "submissions.SubmissionRun", on_delete=models.PROTECT, null=True, related_name="disqualification"
    )
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
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
                condition=~models.Q(state__in=[DisqualificationState.DROPPED, DisqualificationState.OVERTURNED]),
                name="review_one_standing_disqualification_per_gate",
            ),
            models.CheckConstraint(
                condition=models.Q(raised_by__isnull=False) | models.Q(finding__isnull=False),
                name="review_disqualification_raised_by_somebody",
            ),
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
