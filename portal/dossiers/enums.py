from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionState(TextChoices):
    PLANNED = "planned", pgettext_lazy("verification session", "Planned")
    HELD = "held", pgettext_lazy("verification session", "Held")
    PUBLISHED = "published", pgettext_lazy("verification session", "Record published")
    CANCELLED = "cancelled", pgettext_lazy("verification session", "Cancelled")


class Part(TextChoices):
    """A part of a dossier, in the order in which it is read; each can be shown in a session as it stands then."""

    METADATA = "metadata", _("What was handed in")
    WEIGHTS = "weights", _("Weights against the references")
    CHAIN = "chain", _("Checkpoints and deposits")
    LOGS = "logs", _("Training logs")
    CODE = "code", _("Source code against the corpora")
    COMPONENTS = "components", _("Components: declared and found")


class AttendeeKind(TextChoices):
    OFFICE = "office", _("Office of the programme")
    PANEL = "panel", _("Evaluation panel")
    TEAM = "team", _("Team")
    INSTITUTION = "institution", _("Other institution")


class PieceKind(TextChoices):
    """What the team says yes or no to, one by one, before the record is published."""

    EXHIBIT = "exhibit", _("Evidence shown")
    QUESTION = "question", _("Question and answer")
    MINUTES = "minutes", _("Minutes")


class AuditAction(StrEnum):
    PLANNED = "dossiers.session_planned"
    RESCHEDULED = "dossiers.session_rescheduled"
    AGENDA_CHANGED = "dossiers.session_agenda_changed"
    ATTENDANCE_CHANGED = "dossiers.session_attendance_changed"
    HELD = "dossiers.session_held"
    QUESTION_ASKED = "dossiers.session_question_asked"
    QUESTION_ANSWERED = "dossiers.session_question_answered"
    MINUTED = "dossiers.session_minuted"
    CONSENT_GIVEN = "dossiers.session_consent"
    PUBLISHED = "dossiers.session_published"
    CANCELLED = "dossiers.session_cancelled"
