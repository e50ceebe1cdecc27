from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstitutionRole(models.TextChoices):
    LEAD = "lead", _("lead institution")
    MEMBER = "member", _("member institution")


class MemberRole(models.TextChoices):
    MANAGER = "manager", _("manager")
    CONTRIBUTOR = "contributor", _("contributor")


class EntryState(models.TextChoices):
    COMPETING = "competing", _("competing")
    HELD = "held", _("held for additional verification")
    ADVANCED = "advanced", _("advanced")
    CUT = "cut", _("cut by rank")
    DISQUALIFIED = "disqualified", _("disqualified")
    WITHDRAWN = "withdrawn", _("withdrawn")


class AuditAction(StrEnum):
    CONSORTIUM_REGISTERED = "consortium.registered"
    INSTITUTION_INVITED = "institution.invited"
    INSTITUTION_ACCEPTED = "institution.accepted"
    INSTITUTION_LEFT = "institution.left"
    PHASE_ENTERED = "entry.created"
    ENTRY_MOVED = "entry.moved"
    ENTRY_DEADLINE_SET = "entry.deadline_set"
