"""Eligibility as checked, the committee and its interests, approval votes, whom a decision selects, and the notices."""

from django.conf import settings
from django.db import models

from portal.calls.enums import InterestState
from portal.calls.models.applications import Application, ApplicationVersion


class EligibilityCheck(models.Model):
    """Insert-only by trigger: the secretariat's answers to the whole list; a later check has a higher number and counts."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="checks")
    number = models.PositiveIntegerField()
    answers = models.JSONField()  # [{"requirement": 1, "met": true, "note": ""}]
    eligible = models.BooleanField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["application", "-number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="calls_check_number_once")]


class Committee(models.Model):
    """The panel of reviewing that judges the applications of one call."""

    call = models.OneToOneField("programmes.Call", on_delete=models.PROTECT, related_name="committee")
    panel = models.ForeignKey("review.Panel", on_delete=models.PROTECT, related_name="judged_calls")

    def __str__(self) -> str:
        return str(self.panel)


class CommitteeInterest(models.Model):
    """A member's declaration against every institution behind the applications. Without a row nothing opens."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="interests")
    seat = models.ForeignKey("review.PanelSeat", on_delete=models.PROTECT, related_name="call_interests")
    state = models.CharField(max_length=12, choices=InterestState.choices)
    answers = models.JSONField()  # [{"consortium": 3, "institution": 5, "interest": ""}], empty text for none
    declared_at = models.DateTimeField()
    ruling_reason = models.TextField(blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["committee", "seat"]
        constraints = [models.UniqueConstraint(fields=["committee", "seat"], name="calls_interest_once_per_seat")]


class Judgement(models.Model):
    """Insert-only by trigger: the meeting on which a call was judged. A later one takes the place of the one before."""

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="judgements")
    minutes = models.OneToOneField("review.Minutes", on_delete=models.PROTECT, related_name="judgement")

    class Meta:
        ordering = ["call", "-pk"]


class ApprovalVote(models.Model):
    """Insert-only by trigger: how the committee voted on one application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="votes")
    version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="votes")
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="votes")
    votes_for = models.PositiveIntegerField()
    votes_against = models.PositiveIntegerField()
    votes_abstained = models.PositiveIntegerField()

    class Meta:
        ordering = ["judgement", "-votes_for", "application"]
        constraints = [
            models.UniqueConstraint(fields=["application", "judgement"], name="calls_one_vote_per_meeting"),
        ]


class Selected(models.Model):
    """Insert-only by trigger: one application that a decision of selection names."""

    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="selected")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="selections")

    class Meta:
        ordering = ["decision", "application"]
        constraints = [models.UniqueConstraint(fields=["decision", "application"], name="calls_selected_once")]


class ApplicantNotice(models.Model):
    """What one applicant was told of the outcome; the first reading by a member is the proof of receipt."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="notice")
    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="applicant_notices")
    content = models.JSONField()  # call-notice/1
    digest = models.CharField(max_length=64)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
