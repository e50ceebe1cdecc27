from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class UploadState(models.TextChoices):
    DECLARED = "declared", _("Receiving")
    CHECKING = "checking", _("Being checked")
    COMPLETE = "complete", _("Complete")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (UploadState.DECLARED, UploadState.CHECKING)  # its room is reserved, and there is one per account and content


class ReadPurpose(models.TextChoices):
    """Why bytes in custody were opened; whoever reads names one of these."""

    ARRIVAL = "arrival", _("Checks on arrival")
    BENCHMARK = "benchmark", _("Benchmark run")
    ORIGINALITY = "originality", _("Originality comparison")
    TRACE = "trace", _("Training traceability")
    CODE = "code", _("Comparison of code")
    REPORT = "report", _("Writing a report")
    DECLARATION = "declaration", _("Reading the component declaration")
    SERVER = "server", _("Reading the server of an own architecture")
    CALLED = "called", _("Check of a called checkpoint")
    REFERENCE = "reference", _("Registry of reference models")
    KEEPING = "keeping", _("Keeping of the store")


class AuditAction(StrEnum):
    DECLARED = "upload.declared"
    CHECKING = "upload.checking"
    REOPENED = "upload.reopened"
    COMPLETED = "upload.completed"
    REFUSED = "upload.refused"
    EXPIRED = "upload.expired"
    CANCELLED = "upload.cancelled"
    STORED = "bundle.stored"
    LIMIT_SET = "storage.limit_set"
    COLLECTED = "store.collected"
    MOVED = "store.moved"
    KEY_MADE = "store.key_made"
    KEY_SHREDDED = "store.key_shredded"
    KEYS_ROTATED = "store.keys_rotated"
