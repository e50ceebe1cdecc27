"""Requests that somebody shall not judge: named by a party before seating, challenged after the roster opened, or withdrawing."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.review.enums import NamingState, RecusalGround, RecusalState
from portal.review.labels import choices_of
from portal.review.models.panels import PanelSeat


class RecusalRequest(models.Model):
    """`entry` is the party of a challenge (기피); a withdrawal (회피) is the member's own and has none."""

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="recusal_requests")
    ground = models.CharField(max_length=12, choices=choices_of(RecusalGround))
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, null=True, related_name="challenges")
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=choices_of(RecusalState), default=RecusalState.LODGED)
    lodged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lodged_at = models.DateTimeField(default=timezone.now)
    ruling_reason = models.TextField(blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ground=RecusalGround.CHALLENGE, entry__isnull=False)
                | models.Q(ground=RecusalGround.WITHDRAWAL, entry__isnull=True),
                name="review_challenge_has_a_party",
            ),
            models.UniqueConstraint(
                fields=["seat", "entry"],
                condition=models.Q(state=RecusalState.LODGED, entry__isnull=False),
                name="review_one_open_challenge_per_party",
            ),
            models.UniqueConstraint(
                fields=["seat"],
                condition=models.Q(state=RecusalState.LODGED, entry__isnull=True),
                name="review_one_open_withdrawal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} / {self.ground}"


class UnsuitableNaming(models.Model):
    """A party names somebody before anybody is seated. Upheld with an address, that address gets no seat in the phase."""

    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="namings")
    person = models.CharField(max_length=120)  # name and affiliation, as the party writes them
    email = models.EmailField(blank=True)
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=choices_of(NamingState), default=NamingState.NAMED)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    ruling_reason = models.TextField(blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.person
