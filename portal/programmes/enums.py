from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class PhaseState(models.TextChoices):
    DRAFTED = "drafted", _("drafted")
    RULES_FROZEN = "rules_frozen", _("rules frozen")
    RECEIVING = "receiving", _("receiving")
    CLOSED = "closed", _("receiving closed")
    SCORING = "scoring", _("scoring")
    SEALED = "sealed", _("scores sealed")
    TALLIED = "tallied", _("tallied")
    DECIDED = "decided", _("decided")
    NOTIFIED = "notified", _("notified")
    OBJECTION = "objection", _("objections open")
    FINAL = "final", _("final")
    ARCHIVED = "archived", _("archived")


class CallState(models.TextChoices):
    DRAFTED = "drafted", _("drafted")
    OPEN = "open", _("open for applications")
    CLOSED = "closed", _("applications closed")
    JUDGED = "judged", _("judged")
    FILLED = "filled", _("filled")
    LEFT_VACANT = "left_vacant", _("left vacant")


class AuditAction(StrEnum):
    PROGRAMME_LOADED = "programme.loaded"
    PHASE_ADDED = "phase.added"
    PHASE_MOVED = "phase.moved"
    PROGRAMME_ADDED = "programme.added"
    PROGRAMME_EDITED = "programme.edited"
    PHASE_EDITED = "phase.edited"
    RULES_PROPOSED = "rules.proposed"
    RULES_DRAFT_SAVED = "rules.draft_saved"
    RULES_DRAFTED = "rules.drafted"
    RULES_SHOWN = "rules.shown"
    RULES_FROZEN = "rules.frozen"
    RULES_REPLACED = "rules.replaced"
    DEADLINE_CHANGED = "deadline.changed"
    CALL_DRAFTED = "call.drafted"
    CALL_MOVED = "call.moved"
