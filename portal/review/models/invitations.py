"""Who was asked to sit on a panel, and what they answered."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.review.enums import InvitationState, SeatKind
from portal.review.labels import choices_of
from portal.review.models.draws import DrawnPlace
from portal.review.models.panels import Panel, PanelSeat


class PanelInvitation(models.Model):
    """One address is invited once to one panel; accepting it fills the seat. `place` is set for those who were drawn."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=80, blank=True)
    seat_kind = models.CharField(max_length=12, choices=choices_of(SeatKind), default=SeatKind.REGULAR)
    state = models.CharField(max_length=12, choices=choices_of(InvitationState), default=InvitationState.INVITED)
    answer_due = models.DateTimeField()
    reason = models.TextField(blank=True)
    place = models.OneToOneField(DrawnPlace, on_delete=models.PROTECT, null=True, related_name="invitation")
    seat = models.OneToOneField(PanelSeat, on_delete=models.PROTECT, null=True, related_name="invitation")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "email"], name="review_address_invited_once_to_panel"),
            models.CheckConstraint(
                condition=models.Q(state=InvitationState.ACCEPTED, seat__isnull=False)
                | (~models.Q(state=InvitationState.ACCEPTED) & models.Q(seat__isnull=True)),
                name="review_accepted_invitation_has_seat",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_open(self) -> bool:
        return self.state == InvitationState.INVITED and timezone.now() < self.answer_due
