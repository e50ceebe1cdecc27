"""Verification sessions (공개 검증): evidence on one entry is shown and asked about in the open, and what the team agrees to is published."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.consortia.models import Entry
from portal.dossiers.enums import AttendeeKind, Part, PieceKind, SessionState
from portal.review.models import PanelSeat


class VerificationSession(models.Model):
    """One meeting about one entry. `agenda_digest` is of the plan as it stood when the session began."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="verification_sessions")
    state = models.CharField(max_length=12, choices=SessionState, default=SessionState.PLANNED)
    subject = models.CharField(_("What is verified"), max_length=200)
    purpose = models.TextField(_("Why, and what it is not about"))
    planned_for = models.DateTimeField(_("Date and time"))
    place = models.CharField(_("Place"), max_length=200)
    planned_by = models.CharField(max_length=100)
    planned_at = models.DateTimeField(default=timezone.now)
    held_at = models.DateTimeField(null=True)
    agenda_digest = models.CharField(max_length=64, blank=True)
    consent_due = models.DateTimeField(null=True, help_text="Until when the team says which pieces may be published.")
    cancel_reason = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    record = models.JSONField(null=True, help_text="What is public, schema verification-record/1.")
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-planned_for", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(state=SessionState.PUBLISHED, record__isnull=False, published_at__isnull=False)
                | (~Q(state=SessionState.PUBLISHED) & Q(record__isnull=True)),
                name="a_published_session_has_its_record",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(SessionState.HELD, SessionState.PUBLISHED), held_at__isnull=False)
                | (~Q(state__in=(SessionState.HELD, SessionState.PUBLISHED)) & Q(held_at__isnull=True)),
                name="a_held_session_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def public_record(self) -> dict[str, Any]:
        return dict(self.record or {})


class AgendaItem(models.Model):
    """A point of the agenda; its exhibits are shown in the order of their numbers."""

    session = models.ForeignKey(VerificationSession, on_delete=models.PROTECT, related_name="agenda")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("Item"), max_length=200)
    minutes = models.PositiveSmallIntegerField(_("Minutes set aside"), null=True)

    class Meta:
        ordering = ("session", "number")
        constraints = (models.UniqueConstraint(fields=("session", "number"), name="one_agenda_item_per_number"),)

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Exhibit(models.Model):
    """A part of the dossier as it stood when it was put on the agenda: the team agrees to these very words and figures."""

    session = models.ForeignKey(VerificationSession, on_delete=models.PROTECT, related_name="exhibits")
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="exhibits")
    number = models.PositiveSmallIntegerField(help_text="Within the session, in the order of showing within an item.")
    part = models.CharField(_("Evidence"), max_length=12, choices=Part)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("session", "item__number", "number")
        constraints = (models.UniqueConstraint(fields=("session", "number"), name="one_exhibit_per_number"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.part}"


class Attendee(models.Model):
    """Who is to attend, and who did. Names stand here alone: teams and the public read roles, institutions and numbers."""

    session = models.ForeignKey(VerificationSession, on_delete=models.PROTECT, related_name="attendees")
    kind = models.CharField(max_length=12, choices=AttendeeKind)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, null=True, related_name="+")
    institution = models.CharField(_("Institution"), max_length=200, blank=True)
    role = models.CharField(_("Role"), max_length=100, blank=True)
    present = models.BooleanField(default=False)

    class Meta:
        ordering = ("session", "kind", "id")
        constraints = (
            models.UniqueConstraint(fields=("session", "user"), name="one_place_per_person_in_a_session"),
            models.CheckConstraint(
                condition=Q(kind=AttendeeKind.PANEL, seat__isnull=False) | ~Q(kind=AttendeeKind.PANEL),
                name="a_panel_member_attends_by_the_seat",
            ),
            models.CheckConstraint(
                condition=Q(kind=AttendeeKind.INSTITUTION, user__isnull=True) | ~Q(kind=AttendeeKind.INSTITUTION),
                name="an_institution_attends_without_a_name",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.institution or self.role}"


class SessionQuestion(models.Model):
    """What was asked in the session, insert-only by trigger; `asked_as` is a body, never a person."""

    session = models.ForeignKey(VerificationSession, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField()
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, null=True, related_name="+")
    asked_as = models.CharField(max_length=12, choices=AttendeeKind)
    text = models.TextField(_("Question"))
    recorded_by = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("session", "number")
        constraints = (models.UniqueConstraint(fields=("session", "number"), name="one_session_question_per_number"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.text[:40]}"


class SessionAnswer(models.Model):
    """The team's answer, insert-only by trigger: given aloud and written down by the office, or written by the team."""

    question = models.OneToOneField(SessionQuestion, on_delete=models.PROTECT, related_name="answer")
    text = models.TextField(_("Answer"))
    aloud = models.BooleanField()
    recorded_by = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.question}"


class MinutesLine(models.Model):
    """A paragraph of the minutes, insert-only by trigger: a correction is a further paragraph."""

    session = models.ForeignKey(VerificationSession, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("Minutes"))
    recorded_by = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("session", "number")
        constraints = (models.UniqueConstraint(fields=("session", "number"), name="one_line_of_minutes_per_number"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.text[:40]}"


class Consent(models.Model):
    """The team's yes or no to publishing one piece as it stood, insert-only by trigger; the last one on a digest counts."""

    session = models.ForeignKey(VerificationSession, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=12, choices=PieceKind)
    number = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, help_text="Of the piece as the team read it.")
    agreed = models.BooleanField()
    given_by = models.CharField(max_length=100)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("session", "id")

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.agreed}"
