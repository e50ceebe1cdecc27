from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy as _p


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _p("application", "in preparation")
    HANDED_IN = "handed_in", _p("application", "handed in")
    WITHDRAWN = "withdrawn", _p("application", "withdrawn")
    INELIGIBLE = "ineligible", _p("application", "not eligible")
    SELECTED = "selected", _p("application", "selected")
    NOT_SELECTED = "not_selected", _p("application", "not selected")


class ConsentState(models.TextChoices):
    ASKED = "asked", _p("consent", "not answered yet")
    GIVEN = "given", _p("consent", "given")
    REFUSED = "refused", _p("consent", "refused")


class InvitationState(models.TextChoices):
    INVITED = "invited", _p("call invitation", "invited")
    APPLIED = "applied", _p("call invitation", "applied")
    DECLINED = "declined", _p("call invitation", "declined")


class InterestState(models.TextChoices):
    """What a committee member says about interests in the applicants of a call; `missing` is that there is no row yet."""

    MISSING = "missing", _p("committee", "not declared")
    CLEAR = "clear", _p("committee", "no interest")
    DECLARED = "declared", _p("committee", "interest declared")
    ALLOWED = "allowed", _p("committee", "allowed")
    RECUSED = "recused", _p("committee", "recused")


class AuditAction(StrEnum):
    TERMS_SET = "call.terms_set"
    CALL_DEADLINE_MOVED = "call.deadline_moved"
    CONSORTIUM_INVITED = "call.consortium_invited"
    INVITATION_DECLINED = "call.invitation_declined"
    APPLICATION_OPENED = "application.opened"
    APPLICATION_SAVED = "application.saved"
    CONSENT_ANSWERED = "application.consent_answered"
    APPLICATION_HANDED_IN = "application.handed_in"
    APPLICATION_WITHDRAWN = "application.withdrawn"
    ELIGIBILITY_CHECKED = "application.eligibility_checked"
    COMMITTEE_NAMED = "call.committee_named"
    INTEREST_DECLARED = "call.interest_declared"
    INTEREST_RULED = "call.interest_ruled"
    CALL_JUDGED = "call.judged"
    SELECTION_DRAFTED = "call.selection_drafted"
    SELECTION_CARRIED_OUT = "call.selection_carried_out"
    NOTICE_READ = "call.notice_read"
