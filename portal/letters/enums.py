from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterState(TextChoices):
    QUEUED = "queued", _("waiting to be sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")


class DocumentKind(TextChoices):
    MINUTES = "minutes", _("minutes")
    NOTICE = "notice", _("notice")
    SHEET = "sheet", _("score sheet")
    DESTRUCTION = "destruction", _("certificate of destruction")


class AuditAction(StrEnum):
    LETTER_SENT = "letter.sent"
    LETTER_FAILED = "letter.failed"
    LETTER_REQUEUED = "letter.requeued"
