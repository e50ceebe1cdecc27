from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditAction(StrEnum):
    REFERENCE_ADDED = "reference.added"
    REFERENCE_OWNED = "reference.owned"
    REPORT_REQUESTED = "originality.report.requested"
    REPORT_CANCELLED = "originality.report.cancelled"
    TRACE_REQUESTED = "originality.trace.requested"


class Side(models.TextChoices):
    """Which checkpoint of a run a part belongs to."""

    CANDIDATE = "candidate", _("Checkpoint")
    STEP0 = "step0", _("Initial checkpoint (step 0)")


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
