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
    STAYED = "stayed", _("decision stayed")
    ANNULLED = "annulled", _("selection annulled")


class AmendmentState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    ADOPTED = "adopted", _("adopted")
    DROPPED = "dropped", _("not adopted")


class Answer(models.TextChoices):
    CONSENT = "consent", _("consent")
    OBJECTION = "objection", _("objection")


class RoundState(models.TextChoices):
    OPEN = "open", _("open for proposals")
    CLOSED = "closed", _("proposals closed")
    FROZEN = "frozen", _("result frozen")


class ProposalKind(models.TextChoices):
    BENCHMARK = "benchmark", _("benchmark")
    TARGET = "target", _("target model")


class QuestionState(models.TextChoices):
    ASKED = "asked", _("asked")
    RULED = "ruled", _("ruled")
    WITHDRAWN = "withdrawn", _("taken back")


class Verdict(models.TextChoices):
    """The words of a rule set's table of components."""

    ALLOWED = "allowed", _("allowed")
    DECLARE = "declare", _("to be declared")
    FORBIDDEN = "forbidden", _("forbidden")


class AuditAction(StrEnum):
    CONSORTIUM_REGISTERED = "consortium.registered"
    INSTITUTION_INVITED = "institution.invited"
    INSTITUTION_ACCEPTED = "institution.accepted"
    INSTITUTION_LEFT = "institution.left"
    PHASE_ENTERED = "entry.created"
    ENTRY_MOVED = "entry.moved"
    ENTRY_DEADLINE_SET = "entry.deadline_set"
    AMENDMENT_PROPOSED = "amendment.proposed"
    AMENDMENT_ANSWERED = "amendment.answered"
    AMENDMENT_ADOPTED = "amendment.adopted"
    AMENDMENT_DROPPED = "amendment.dropped"
    PROPOSALS_OPENED = "proposals.opened"
    PROPOSALS_MOVED = "proposals.moved"
    PROPOSALS_FROZEN = "proposals.frozen"
    PROPOSAL_MADE = "proposal.made"
    PROPOSAL_WITHDRAWN = "proposal.withdrawn"
    RULING_ASKED = "ruling.asked"
    RULING_WITHDRAWN = "ruling.withdrawn"
    RULING_GIVEN = "ruling.given"
    SUPPORT_GRANTED = "support.granted"
    SUPPORT_CORRECTED = "support.corrected"
    OUTAGE_RECORDED = "outage.recorded"
    OUTAGE_CORRECTED = "outage.corrected"
