from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    LOG = "log", _("read from logs of lm-eval")
    FORM = "form", _("typed in by the team")


class DrawState(models.TextChoices):
    COMMITTED = "committed", _("Seed committed")
    CLOSED = "closed", _("Pool closed")
    DRAWN = "drawn", _("Drawn")
    VOID = "void", _("Void")


class Effect(models.TextChoices):
    """What a figure that was not reproduced means; published with the commitment, before anything is drawn."""

    REPLACE = "replace", _("The reproduced figure takes its place")
    KEEP = "keep", _("The reported figure stays; the panel reads the verdict")


class ReproductionState(models.TextChoices):
    DRAWN = "drawn", _("Drawn, not run yet")
    RUNNING = "running", _("Being run")
    FAILED = "failed", _("The run failed")
    IMPOSSIBLE = "impossible", _("Cannot be run")
    REPRODUCED = "reproduced", _("Reproduced")
    DIFFERS = "differs", _("Not reproduced")
    EXPLAINED = "explained", _("Not reproduced, explained")
    ACCEPTED = "accepted", _("Not reproduced, accepted")
    UPHELD = "upheld", _("Not reproduced, upheld")


class Method(models.TextChoices):
    """How the interval of a difference was taken."""

    PAIRED = "paired", _("item by item")
    TWO_ERRORS = "two_errors", _("from both standard errors")


class ServerVerdict(models.TextChoices):
    """What an officer decided about the server of an own architecture."""

    START = "start", _("Started")
    REFUSE = "refuse", _("Not started")


class AuditAction(StrEnum):
    SCORE_REPORTED = "measurements.score_reported"
    DRAW_COMMITTED = "measurements.draw_committed"
    DRAW_CLOSED = "measurements.draw_closed"
    DRAW_MADE = "measurements.draw_made"
    DRAW_VOIDED = "measurements.draw_voided"
    REPRODUCTION_ASKED = "measurements.reproduction_asked"
    REPRODUCTION_FAILED = "measurements.reproduction_failed"
    REPRODUCTION_GIVEN_UP = "measurements.reproduction_given_up"
    REPRODUCTION_MEASURED = "measurements.reproduction_measured"
    REPRODUCTION_EXPLAINED = "measurements.reproduction_explained"
    REPRODUCTION_CONCLUDED = "measurements.reproduction_concluded"
    JOB_CANCELLED = "measurements.job_cancelled"
    JOB_AGAIN = "measurements.job_run_again"
    JOB_PRIORITY = "measurements.job_priority_set"
    QUOTA_SET = "measurements.quota_set"
    PAIRED_ASKED = "measurements.paired_asked"
    PAIRED_MADE = "measurements.paired_made"
    SERVER_STARTED = "measurements.server_started"
    SERVER_REFUSED = "measurements.server_refused"
