"""Whom a call selects: a decision by two people, carried out when the applicants are told."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.calls.actions.base import locked_call, require_officer, step
from portal.calls.actions.letters import tell_applicant
from portal.calls.enums import ApplicationState, AuditAction
from portal.calls.errors import CallError
from portal.calls.models import ApplicantNotice, Application, Selected
from portal.calls.selectors.applications import handed_in
from portal.calls.selectors.calls import ENDED, selected_by, selection_of, terms_of
from portal.calls.selectors.judging import latest_check, latest_judgement, verdict_of
from portal.calls.transitions import APPLICATION
from portal.common.formats.canonical import digest_of
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import enter_phase, set_entry_deadline
from portal.consortia.models import Entry, Membership
from portal.programmes.actions import move_call
from portal.programmes.enums import CallState
from portal.programmes.models import Call, Phase
from portal.review.actions import notify_decision
from portal.review.actions.vacancies import draft_selection
from portal.review.enums import DecisionState, Outcome
from portal.review.models import Decision

CARRIED_BY = (DecisionState.APPROVED, DecisionState.NOTIFIED, DecisionState.FINAL)


@transaction.atomic
def draft_call_decision(
    call: Call, *, public_rationale: str, drafted_by: User, private_rationale: str = ""
) -> Decision:
    """Draft and endorse, on the minutes of the vote, the selection that the votes make; it may name nobody."""
    row = locked_call(call)
    require_officer(drafted_by, row)
    judgement = latest_judgement(row)
    if row.state != CallState.JUDGED or judgement is None:
        raise CallError(_("The committee has not judged this call yet."))
    verdict = verdict_of(judgement)
    if verdict.tied:
        names = ", ".join(application.consortium.name for application in verdict.tied)
        text = _("Equal votes at the last seat: %(names)s. The committee votes again to tell them apart.")
        raise CallError(text % {"names": names})
    decision = draft_selection(
        row,
        seats=len(verdict.selected),
        public_rationale=public_rationale,
        private_rationale=private_rationale,
        minutes=judgement.minutes,
        drafted_by=drafted_by,
    )
    Selected.objects.bulk_create(
        Selected(decision=decision, application=application) for application in verdict.selected
    )
    after: dict[str, object] = {"call": row.pk, "selected": [item.consortium.slug for item in verdict.selected]}
    leave_trace(AuditAction.SELECTION_DRAFTED, by=drafted_by, subject=decision, after=after)
    return decision


@transaction.atomic
def carry_out_selection(call: Call, *, carried_out_by: User) -> list[ApplicantNotice]:
    """Let the approved decision take effect at once: the call ends, the selected enter the phase, every applicant is told.

    Calls and applications move on the approver's authority; entries are made by the officer.
    """
    row = locked_call(call)
    require_officer(carried_out_by, row)
    if row.state in ENDED:  # a second click
        return list(ApplicantNotice.objects.filter(application__call=row).order_by("application"))
    Phase.objects.select_for_update().get(pk=row.phase_id)
    decision = selection_of(row)
    if decision is None or decision.state not in CARRIED_BY or decision.approved_by is None:
        raise CallError(_("The selection needs an approved decision first."))
    applications = {item.pk: item for item in Application.objects.select_for_update().filter(call=row)}
    selected = {item.application_id for item in selected_by(decision)}
    _end_call(row, decision)
    for application in handed_in(row):
        _settle(applications[application.pk], is_selected=application.pk in selected, by=decision.approved_by)
    entries = [_enter(applications[key], call=row, by=carried_out_by) for key in sorted(selected)]
    notices = [_notice(application, decision, sent_by=carried_out_by) for application in handed_in(row)]
    if decision.state == DecisionState.APPROVED:
        notify_decision(decision, notified_by=carried_out_by)
    call.state = row.state
    after: dict[str, object] = {"entries": [entry.code for entry in entries], "notices": [n.digest for n in notices]}
    leave_trace(AuditAction.SELECTION_CARRIED_OUT, by=carried_out_by, subject=row, after=after)
    return notices


def _end_call(call: Call, decision: Decision) -> None:
    filled = decision.outcome == Outcome.SELECT
    event, reason = ("fill", "") if filled else ("leave_vacant", decision.public_rationale)
    if decision.approved_by is not None:
        move_call(call, event, actor=viewer_of_user(decision.approved_by), reason=reason)


def _settle(application: Application, *, is_selected: bool, by: User) -> None:
    """Who was not eligible stays so; the others are selected or passed over."""
    if application.state != ApplicationState.HANDED_IN:
        return
    found = step(APPLICATION, "select" if is_selected else "pass_over", application.state, by=by)
    application.state = ApplicationState(found.target)
    application.save(update_fields=["state"])


def _enter(application: Application, *, call: Call, by: User) -> Entry:
    """The new entry, never an edit of an old one, with a deadline of its own where the call announced one."""
    actor = viewer_of_user(by)
    entry = enter_phase(application.consortium, phase=call.phase, call=call, actor=actor)
    deadline = terms_of(call).entry_deadline
    if deadline is not None and deadline > timezone.now():
        reason = _("Announced in the call that selected it.")
        set_entry_deadline(entry, deadline=deadline, actor=actor, reason=reason)
    return entry


def _notice(application: Application, decision: Decision, *, sent_by: User) -> ApplicantNotice:
    content = notice_content(application, decision)
    notice = ApplicantNotice.objects.create(
        application=application,
        decision=decision,
        content=content,
        digest=digest_of(content),
        sent_by=sent_by,
        delivered_at=timezone.now(),
    )
    tell_applicant(notice)
    return notice


def notice_content(application: Application, decision: Decision) -> dict[str, Any]:
    """Schema call-notice/1: the own outcome and its ground. Votes and the names of other applicants are not in it."""
    check = latest_check(application)
    unmet = [row for row in check.answers if not row["met"]] if check else []
    entry = Entry.objects.filter(call=application.call, consortium=application.consortium).first()
    return {
        "schema": "call-notice/1",
        "decision": decision.pk,
        "call": application.call_id,
        "outcome": application.state,
        "rationale": decision.public_rationale,
        "unmet": unmet,
        "entry": entry.code if entry else None,
        "minutes_digest": decision.minutes.digest if decision.minutes else None,
    }


@transaction.atomic
def read_notice(notice: ApplicantNotice, *, read_by: User) -> ApplicantNotice:
    """The first reading by a member is the proof of receipt; later ones change nothing."""
    member = Membership.objects.filter(user=read_by, consortium_id=notice.application.consortium_id)
    row = ApplicantNotice.objects.select_for_update().get(pk=notice.pk)
    if row.read_at is not None or not member.exists():
        return row
    row.read_at, row.read_by = timezone.now(), read_by
    row.save(update_fields=["read_at", "read_by"])
    leave_trace(AuditAction.NOTICE_READ, by=read_by, subject=row)
    return row
