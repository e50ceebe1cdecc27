"""What left the portal officially: the outbox of mails, and the register of document numbers."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.letters.enums import DocumentKind, LetterState


class Letter(models.Model):
    """One mail to one address. `subject_key` names what it is about ("review.notice:12"), so nothing is mailed twice.

    `sealed` holds the full text, encrypted, of a letter with a secret in it (an invitation's link), until it is sent;
    `body` shows such a secret as dots. `digest` covers address, subject, full text and message id.
    """

    to = models.EmailField()
    kind = models.CharField(max_length=60)
    subject_key = models.CharField(max_length=120)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    sealed = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject_key", "to"], name="letter_once_per_subject_and_address"),
            models.CheckConstraint(
                condition=models.Q(state=LetterState.SENT, sent_at__isnull=False, sealed="")
                | (~models.Q(state=LetterState.SENT) & models.Q(sent_at__isnull=True)),
                name="letter_sent_exactly_with_time",
            ),
        ]
        indexes = [models.Index("not_before", condition=models.Q(state="queued"), name="letter_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"


class OfficialNumber(models.Model):
    """One line of the register, insert-only by trigger: numbers of a year count from 1 without a gap."""

    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=40, choices=DocumentKind.choices)
    subject_key = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=300)
    assigned_by = models.CharField(max_length=64)
    assigned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-year", "-sequence"]
        constraints = [models.UniqueConstraint(fields=["year", "sequence"], name="official_number_once_per_year")]

    def __str__(self) -> str:
        return f"{settings.OFFICIAL_NUMBER_SERIES}-{self.year}-{self.sequence:04d}"
