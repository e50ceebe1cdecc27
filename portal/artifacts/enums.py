from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class UploadState(models.TextChoices):
    DECLARED = "declared", _("Receiving")
    COMPLETE = "complete", _("Complete")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")


class AuditAction(StrEnum):
    DECLARED = "upload.declared"
    COMPLETED = "upload.completed"
    REFUSED = "upload.refused"
    EXPIRED = "upload.expired"
    STORED = "bundle.stored"
