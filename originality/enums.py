from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditAction(StrEnum):
    REFERENCE_ADDED = "reference.added"
    REFERENCE_OWNED = "reference.owned"
    REPORT_REQUESTED = "originality.report.requested"
    REPORT_CANCELLED = "originality.report.cancelled"
    TRACE_REQUESTED = "originality.trace.requested"
    TRACE_CANCELLED = "originality.trace.cancelled"
    TRACE_MAPPED = "originality.trace.mapped"
    TRACE_SCORED = "originality.trace.scored"
    TEXT_WITHHELD = "originality.text.withheld"
    TEXT_RETIRED = "originality.text.retired"
    CORPUS_ADDED = "originality.corpus.added"
    CORPUS_RETIRED = "originality.corpus.retired"
    CODE_REQUESTED = "originality.code.requested"


class Side(models.TextChoices):
    """Which checkpoint of a run a part belongs to."""

    CANDIDATE = "candidate", _("Checkpoint")
    STEP0 = "step0", _("Initial checkpoint (step 0)")


class PartKind(models.TextChoices):
    """What a job measures on the weights of a training run."""

    START = "start", _("Step 0: the law of its numbers, and the signs of the final checkpoint against it")
    LEG = "leg", _("From one checkpoint to the next")
    LOSS = "loss", _("Loss on withheld text")


class ReportCause(models.TextChoices):
    """Why the findings on a training run were made."""

    FIRST = "first", _("First reading")
    MAPPING = "mapping", _("The team corrected what a name in the log stands for")
    SCORES = "scores", _("Benchmarks of the checkpoints came in")
    AGAIN = "again", _("Made again")


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
