from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Global roles. What a person may do for one consortium or panel hangs on a membership there, not here."""

    OFFICER = "officer", _("Officer")
    DECIDER = "decider", _("Decision maker")
    AUDITOR = "auditor", _("Auditor")
    REVIEWER = "reviewer", _("Reviewer")
    TEAM = "team", _("Team member")
    OPERATOR = "operator", _("Operator")


class Scope(TextChoices):
    """What a token may do. One so far; a program that asks for another is refused."""

    UPLOAD = "upload", _("bring files for the team, deposit digests and hand drafts in")


class DeviceState(TextChoices):
    """The sign-in of a program: asked for, code typed by a person, decided, token fetched."""

    PENDING = "pending", _("waiting for its code")
    CLAIMED = "claimed", _("waiting for a decision")
    APPROVED = "approved", _("approved")
    DENIED = "denied", _("refused on the page")
    REDEEMED = "redeemed", _("signed in")


SECOND_FACTOR_ROLES = frozenset({Role.OFFICER, Role.DECIDER, Role.AUDITOR, Role.REVIEWER, Role.OPERATOR})


class AuditAction(StrEnum):
    USER_CREATED = "user.created"
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    INVITATION_SENT = "invitation.sent"
    INVITATION_ACCEPTED = "invitation.accepted"
    DEVICE_ASKED = "device.asked"
    DEVICE_CLAIMED = "device.claimed"
    DEVICE_APPROVED = "device.approved"
    DEVICE_DENIED = "device.denied"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the name of an event
