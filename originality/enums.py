from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditAction(StrEnum):
    REFERENCE_ADDED = "reference.added"
    REPORT_REQUESTED = "originality.report.requested"
    TRACE_REQUESTED = "originality.trace.requested"


class Level(models.IntegerChoices):
    """What a comparison may say; the panel rules, never the engine."""

    NO_TRACE = 0, _("No trace above the detection limit")
    ANOMALY = 1, _("Anomaly to be explained")
    COMMON_ORIGIN = 2, _("Common origin")
    IDENTICAL = 3, _("Identical beyond chance")


class RunState(models.TextChoices):
    """Derived from the job; never stored."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
