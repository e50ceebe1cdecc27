"""A release of a phase's results: its content written once, its state on a row of its own."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.results.enums import PUBLIC_STATES, Scope, State

SCOPES = [(Scope.OUTCOME, _("outcomes")), (Scope.AGGREGATES, _("outcomes and part scores")), (Scope.FULL, _("full"))]
STATES = [
    (State.PREPARED, _("prepared")),
    (State.COMMITTED, _("digest public")),
    (State.PROVISIONAL, _("provisional")),
    (State.CONFIRMED, _("confirmed")),
    (State.CORRECTED, _("corrected")),
]


class Release(models.Model):
    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="releases")
    tally = models.ForeignKey("review.Tally", on_delete=models.PROTECT, related_name="releases")
    version = models.PositiveIntegerField()
    scope = models.CharField(max_length=12, choices=SCOPES)
    state = models.CharField(max_length=12, choices=STATES, default=State.PREPARED)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction")
    reason = models.TextField(blank=True, help_text=_("Why this version corrects the one before."))
    embargo_until = models.DateTimeField(help_text=_("Nobody but staff and auditors sees the content earlier."))
    prepared_by = models.CharField(max_length=64)
    prepared_at = models.DateTimeField(default=timezone.now)
    committed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("phase", "-version")
        constraints = (
            models.UniqueConstraint(fields=("phase", "version"), name="one_release_per_version"),
            models.CheckConstraint(
                condition=Q(state=State.PREPARED) | Q(committed_at__isnull=False),
                name="release_past_prepared_has_a_public_digest",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.PREPARED, State.COMMITTED))
                | Q(published_at__gte=models.F("embargo_until")),
                name="release_is_public_only_after_its_embargo",
            ),
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(reason=""), name="correction_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.phase} v{self.version}"

    def is_public(self, *, at: datetime) -> bool:
        """The same question as `policies.public_releases`, for a row already read."""
        return self.state in PUBLIC_STATES and self.embargo_until <= at


class ReleaseContent(models.Model):
    """The two bundles as the exact bytes that were digested. Database triggers forbid UPDATE and DELETE."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="content")
    auditor = models.TextField()  # canonical JSON
    public = models.TextField()  # canonical JSON
    auditor_digest = models.CharField(max_length=64)
    public_digest = models.CharField(max_length=64)
    root = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.root


class Approval(models.Model):
    """One person's consent to one root. Insert-only like the content it names."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    root = models.CharField(max_length=64)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("given_at",)
        constraints = (models.UniqueConstraint(fields=("release", "approver"), name="one_approval_per_person"),)

    def __str__(self) -> str:
        return f"{self.release} / {self.approver}"
