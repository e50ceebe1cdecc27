from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class DrawState(models.TextChoices):
    COMMITTED = "committed", _("Seed committed")
    CLOSED = "closed", _("Pool closed")
    DRAWN = "drawn", _("Drawn")
    VOID = "void", _("Void")


class CallState(models.TextChoices):
    CALLED = "called", _("Called")
    DELIVERED = "delivered", _("Arrived in time")
    MISSED = "missed", _("Missed")
    REPLIED = "replied", _("Missed, with a reply")
    LATE = "late", _("Arrived late")


class Finding(models.TextChoices):
    """What comes of making the deposited sketch again from the bytes that arrived."""

    SAME = "same", _("The sketch is that of these bytes")
    DIFFERS = "differs", _("The sketch is not that of these bytes")
    UNREADABLE = "unreadable", _("The sketch could not be made again")


class HoldState(models.TextChoices):
    STANDING = "standing", _("On hold")
    LIFTED = "lifted", _("Hold lifted")


class DestructionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved, being carried out")
    DONE = "done", _("Destroyed")
    DROPPED = "dropped", _("Not destroyed")


class AuditAction(StrEnum):
    DEPOSITED = "custody.deposited"
    DRAW_COMMITTED = "custody.draw_committed"
    DRAW_CLOSED = "custody.draw_closed"
    DRAW_MADE = "custody.draw_made"
    DRAW_VOIDED = "custody.draw_voided"
    CALL_DELIVERED = "custody.call_delivered"
    CALL_COMPARED = "custody.call_compared"
    CALL_MISSED = "custody.call_missed"
    CALL_REPLIED = "custody.call_replied"
    RETENTION_SET = "custody.retention_set"
    HOLD_PLACED = "custody.hold_placed"
    HOLD_LIFTED = "custody.hold_lifted"
    DESTRUCTION_PROPOSED = "custody.destruction_proposed"
    DESTRUCTION_APPROVED = "custody.destruction_approved"
    DESTRUCTION_DROPPED = "custody.destruction_dropped"
    DESTROYED = "custody.destroyed"
