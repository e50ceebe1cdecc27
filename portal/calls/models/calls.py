"""What a call says beyond its dates and seats: its terms, its eligibility list, and whom it invites."""

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.calls.enums import InvitationState
from portal.programmes.models import Named


class CallTerms(Named):
    """Title and text of a call in both languages. Set while the call is drafted, fixed from its opening on."""

    call = models.OneToOneField("programmes.Call", on_delete=models.PROTECT, related_name="terms")
    text_ko = models.TextField(_("Text in Korean"), blank=True)
    text_en = models.TextField(_("Text in English"), blank=True)
    invited_only = models.BooleanField(_("Only invited consortia may apply"), default=False)
    entry_deadline = models.DateTimeField(_("Deadline of the new entry"), null=True, blank=True)

    class Meta:
        verbose_name_plural = "call terms"

    @property
    def text(self) -> str:
        """In the language of the page; where only one was written, that one."""
        english = (get_language() or "ko").startswith("en")
        return (self.text_en or self.text_ko) if english else (self.text_ko or self.text_en)


class Requirement(models.Model):
    """One line of the eligibility list: the applicant confirms it, the secretariat checks it."""

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="requirements")
    number = models.PositiveSmallIntegerField()
    text_ko = models.CharField(max_length=400)
    text_en = models.CharField(max_length=400)

    class Meta:
        ordering = ["call", "number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="calls_requirement_number_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.text_en if (get_language() or "ko").startswith("en") else self.text_ko


class CallDeadlineChange(models.Model):
    """Insert-only by trigger: a decision that moves the deadline of a call, for every applicant alike."""

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="deadline_changes")
    before = models.DateTimeField()
    after = models.DateTimeField()
    reason = models.TextField()
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["decided_at"]


class CallInvitation(models.Model):
    """A consortium that was asked to apply. It may decline; an open call stays open to others too."""

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="invitations")
    consortium = models.ForeignKey("consortia.Consortium", on_delete=models.PROTECT, related_name="call_invitations")
    state = models.CharField(max_length=12, choices=InvitationState.choices, default=InvitationState.INVITED)
    invited_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["call", "consortium__slug"]
        constraints = [models.UniqueConstraint(fields=["call", "consortium"], name="calls_one_invitation")]
