"""An application in preparation, the consents of its members, and the versions that were handed in."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.calls.enums import ApplicationState, ConsentState
from portal.common.formats.canonical import digest_of


class Application(models.Model):
    """One consortium's working copy for one call. What counts is its latest handed-in version, never this text."""

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="applications")
    consortium = models.ForeignKey("consortia.Consortium", on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=16, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    plan = models.TextField(_("Development plan"), blank=True)
    plan_bundle = models.ForeignKey(
        "artifacts.Bundle", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    earlier_decision = models.ForeignKey(
        "review.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("Answer to the ground of the earlier decision"), blank=True)
    confirmed = models.JSONField(default=list)  # numbers of the requirements that the applicant confirms
    revision = models.PositiveIntegerField(default=1)  # rises with each save: two windows never overwrite each other
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["call", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "consortium"], name="calls_one_application")]

    def __str__(self) -> str:
        return f"{self.consortium} / {self.call_id}"

    def content(self) -> dict[str, Any]:
        """What members consent to and what is handed in, schema application-content/1."""
        return {
            "schema": "application-content/1",
            "call": self.call_id,
            "consortium": self.consortium.slug,
            "plan": self.plan,
            "plan_bundle": self.plan_bundle.digest if self.plan_bundle else None,
            "earlier_decision": self.earlier_decision_id,
            "answer": self.answer,
            "confirmed": sorted(self.confirmed),
        }

    @property
    def content_digest(self) -> str:
        return digest_of(self.content())


class Consent(models.Model):
    """A member institution's answer to one application, given by its own contact for the text with `content_digest`."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="consents")
    institution = models.ForeignKey("consortia.Institution", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ConsentState.choices, default=ConsentState.ASKED)
    content_digest = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application", "institution__name_en"]
        constraints = [models.UniqueConstraint(fields=["application", "institution"], name="calls_one_consent")]


class ApplicationVersion(models.Model):
    """Insert-only by trigger: what was handed in, with the receipt for it. The highest version counts."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    number = models.CharField(max_length=32, unique=True)  # of the receipt
    document = models.JSONField()  # application/1
    digest = models.CharField(max_length=64)
    receipt = models.JSONField()  # receipt/1, as hand-ins of a phase have it
    receipt_digest = models.CharField(max_length=64)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField()

    class Meta:
        ordering = ["application", "-version"]
        constraints = [models.UniqueConstraint(fields=["application", "version"], name="calls_version_once")]

    def __str__(self) -> str:
        return self.number
