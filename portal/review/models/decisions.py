"""Minutes, decisions that supersede and never overwrite, notices with receipt, and objections."""

from django.conf import settings
from django.db import models

from portal.review.enums import AppealGround, AppealState, Basis, DecisionState, NoticeKind, Outcome
from portal.review.labels import choices_of
from portal.review.models.gates import Disqualification
from portal.review.models.panels import Panel, PanelSeat
from portal.review.models.tallies import Tally


class Minutes(models.Model):
    """Insert-only by trigger: a correction is another set of minutes. `quorum` is how many had to be present."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="minutes")
    subject = models.CharField(max_length=200)
    held_at = models.DateTimeField()
    text = models.TextField()
    seated = models.PositiveIntegerField()
    quorum = models.PositiveIntegerField()
    votes_for = models.PositiveIntegerField()
    votes_against = models.PositiveIntegerField()
    votes_abstained = models.PositiveIntegerField()
    dissent = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "minutes"

    def __str__(self) -> str:
        return self.subject


class MinutesAttendance(models.Model):
    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="attendance")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["seat_id"]
        constraints = [models.UniqueConstraint(fields=["minutes", "seat"], name="review_attendance_once")]


class Decision(models.Model):
    """What becomes of one entry, or of the phase's seats (then `entry` is empty and `seats` says how many).

    `concerns` is set on a stay, its lifting and an annulment: a later decision on the effects of an earlier one.
    """

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="decisions")
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, null=True, related_name="decisions")
    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, null=True, related_name="decisions")
    seats = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=choices_of(Outcome))
    basis = models.CharField(max_length=8, choices=choices_of(Basis))
    state = models.CharField(max_length=12, choices=choices_of(DecisionState), default=DecisionState.DRAFTED)
    tally = models.ForeignKey(Tally, on_delete=models.PROTECT, null=True, related_name="decisions")
    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, null=True, related_name="decisions")
    disqualification = models.ForeignKey(
        Disqualification, on_delete=models.PROTECT, null=True, related_name="decisions"
    )
    public_rationale = models.TextField()
    private_rationale = models.TextField(blank=True)
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    concerns = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    objection_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=models.Q(supersedes__isnull=True, concerns__isnull=True)
                & ~models.Q(state=DecisionState.DISCARDED),
                name="review_second_decision_must_supersede",
            ),
            models.UniqueConstraint(
                fields=["concerns"],
                condition=models.Q(state__in=[DecisionState.DRAFTED, DecisionState.ENDORSED]),
                name="review_one_pending_decision_on_a_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("drafted_by")),
                name="review_decision_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["drafted", "discarded"]) | models.Q(minutes__isnull=False),
                name="review_endorsed_decision_has_minutes",
            ),
        ]


class Appeal(models.Model):
    """One objection per decision; `panel` is the body that it was referred to and shares nobody with the first panel."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    ground = models.CharField(max_length=24, choices=choices_of(AppealGround))
    text = models.TextField()
    state = models.CharField(max_length=12, choices=choices_of(AppealState), default=AppealState.LODGED)
    lodged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lodged_at = models.DateTimeField()
    admission_reason = models.TextField(blank=True)
    referred_at = models.DateTimeField(null=True)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, null=True, related_name="appeals")
    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, null=True, related_name="appeals")
    ruling_reason = models.TextField(blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]


class Notice(models.Model):
    """What a consortium was told. Sent in the portal, so it is delivered when written; `read_at` is the proof of receipt."""

    consortium = models.ForeignKey("consortia.Consortium", on_delete=models.PROTECT, related_name="notices")
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=choices_of(NoticeKind))
    subject_key = models.CharField(max_length=60)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["subject_key"], name="review_notice_once_per_subject")]
