"""Calls: drafted with their terms, opened, closed by hand or by the clock, and whom they invite."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.calls.actions.base import locked_call, require_manager, require_officer, require_text, step
from portal.calls.actions.letters import tell_invited
from portal.calls.enums import AuditAction, InvitationState
from portal.calls.errors import CallError
from portal.calls.models import Application, CallDeadlineChange, CallInvitation, CallTerms, Requirement
from portal.calls.selectors.applications import HANDED_IN_ONCE, bar_to_applying
from portal.calls.selectors.calls import terms_of
from portal.calls.transitions import INVITATION
from portal.common.time import kst
from portal.common.viewer import viewer_of_user
from portal.consortia.models import Consortium
from portal.programmes.actions import draft_call as draft_plain_call
from portal.programmes.actions import move_call
from portal.programmes.enums import CallState
from portal.programmes.models import Call, Phase
from portal.review.actions.vacancies import draft_additional_call
from portal.review.models import Decision

Line = tuple[str, str]  # one requirement in Korean and in English


@dataclass(frozen=True)
class CallFacts:
    """Dates and seats of a call. A call for a vacancy takes seats and reason from the decision."""

    opens_at: datetime
    closes_at: datetime
    seats: int = 1
    reason: str = ""


@dataclass(frozen=True)
class Terms:
    name_ko: str
    name_en: str
    text_ko: str = ""
    text_en: str = ""
    invited_only: bool = False
    entry_deadline: datetime | None = None
    requirements: Sequence[Line] = ()


@transaction.atomic
def draft_call(
    phase: Phase, *, facts: CallFacts, terms: Terms, drafted_by: User, vacancy: Decision | None = None
) -> Call:
    """Draft a call for seats of `phase`, for a first selection or for the seats of an approved vacancy."""
    if vacancy is not None:
        call = draft_additional_call(
            vacancy, phase=phase, opens_at=facts.opens_at, closes_at=facts.closes_at, drafted_by=drafted_by
        )
    else:
        call = draft_plain_call(
            phase,
            seats=facts.seats,
            opens_at=facts.opens_at,
            closes_at=facts.closes_at,
            reason=facts.reason,
            actor=viewer_of_user(drafted_by),
        )
    set_terms(call, terms=terms, set_by=drafted_by)
    return call


@transaction.atomic
def set_terms(call: Call, *, terms: Terms, set_by: User) -> CallTerms:
    """Write the terms of a drafted call; from its opening on they are what applicants rely on and stay."""
    row = locked_call(call)
    require_officer(set_by, row)
    if row.state != CallState.DRAFTED:
        raise CallError(_("This call is announced; its terms no longer change."))
    if terms.entry_deadline is not None and terms.entry_deadline <= row.closes_at:
        raise CallError(_("The deadline of the new entry lies before the call closes; choose a later one."))
    values = {name: getattr(terms, name) for name in ("name_ko", "name_en", "text_ko", "text_en", "invited_only")}
    saved, _new = CallTerms.objects.update_or_create(
        call=row, defaults={**values, "entry_deadline": terms.entry_deadline}
    )
    Requirement.objects.filter(call=row).delete()
    Requirement.objects.bulk_create(
        Requirement(call=row, number=number, text_ko=korean, text_en=english)
        for number, (korean, english) in enumerate(terms.requirements, start=1)
    )
    deadline = terms.entry_deadline.isoformat() if terms.entry_deadline else None
    after = {"title": terms.name_ko, "requirements": len(terms.requirements), "entry_deadline": deadline}
    leave_trace(AuditAction.TERMS_SET, by=set_by, subject=row, after=after)
    return saved


@transaction.atomic
def open_call(call: Call, *, opened_by: User) -> Call:
    """Announce the call. It receives from its opening time on, and until its deadline."""
    row = locked_call(call)
    require_officer(opened_by, row)
    if row.closes_at <= timezone.now():
        raise CallError(_("The deadline of this call has passed; move it first."))
    moved = move_call(row, "open", actor=viewer_of_user(opened_by))
    call.state = moved.state
    tell_invited(row, CallInvitation.objects.filter(call=row))
    return moved


@transaction.atomic
def close_call(call: Call, *, closed_by: User, reason: str = "") -> Call:
    """Close by hand; before the announced deadline that needs a reason."""
    row = locked_call(call)
    require_officer(closed_by, row)
    if row.closes_at > timezone.now():
        require_text(reason, _("The call is announced until later; closing it earlier is recorded with a reason."))
    return move_call(row, "close", actor=viewer_of_user(closed_by), reason=reason)


@transaction.atomic
def lapse_call(call: Call, *, lapsed_by: User, reason: str) -> Call:
    """Leave the seats vacant because nobody applied. Whoever has applied is judged, also a single applicant."""
    row = locked_call(call)
    require_officer(lapsed_by, row)
    if Application.objects.filter(call=row, state__in=HANDED_IN_ONCE).exists():
        raise CallError(_("There are applications; the committee judges them, also a single one."))
    require_text(reason, _("Give a reason: it goes into the record."))
    return move_call(row, "lapse", actor=viewer_of_user(lapsed_by), reason=reason)


@transaction.atomic
def move_call_deadline(call: Call, *, closes_at: datetime, reason: str, decided_by: User) -> CallDeadlineChange:
    """Move the deadline for every applicant alike, while the call is drafted or open."""
    row = locked_call(call)
    require_officer(decided_by, row)
    require_text(reason, _("A change of deadline is recorded with a reason; give one."))
    if row.state not in (CallState.DRAFTED, CallState.OPEN):
        raise CallError(_("This call is closed; its deadline no longer moves."))
    if closes_at <= timezone.now() or closes_at <= row.opens_at:
        raise CallError(_("The new deadline lies in the past, or before the call opens; choose a later one."))
    if closes_at == row.closes_at:
        raise CallError(_("This is the deadline already."))
    _must_leave_the_entry_its_time(row, closes_at)
    change = CallDeadlineChange.objects.create(
        call=row, before=row.closes_at, after=closes_at, reason=reason.strip(), decided_by=decided_by.actor
    )
    row.closes_at = call.closes_at = closes_at
    row.save(update_fields=["closes_at"])
    moved = {"closes_at": change.before.isoformat()}, {"closes_at": closes_at.isoformat()}
    leave_trace(
        AuditAction.CALL_DEADLINE_MOVED, by=decided_by, subject=row, before=moved[0], after=moved[1], reason=reason
    )
    return change


def _must_leave_the_entry_its_time(call: Call, closes_at: datetime) -> None:
    """The announced deadline of the new entry stays, and a deadline that has passed at the selection would fall away."""
    deadline = terms_of(call).entry_deadline
    if deadline is not None and deadline <= closes_at:
        raise CallError(
            _("The new entry was announced with a deadline on %(deadline)s; the call has to close before it.")
            % {"deadline": kst(deadline)}
        )


@transaction.atomic
def invite_consortium(call: Call, *, consortium: Consortium, invited_by: User) -> CallInvitation:
    """Ask a consortium to apply, such as one that had applied before. Asking twice is asking once."""
    row = locked_call(call)
    require_officer(invited_by, row)
    if row.state not in (CallState.DRAFTED, CallState.OPEN):
        raise CallError(_("This call is closed; nobody is invited any more."))
    known = CallInvitation.objects.filter(call=row, consortium=consortium).first()
    if known is not None:
        return known
    invitation = CallInvitation(call=row, consortium=consortium)
    invitation.save()
    bar = bar_to_applying(consortium, row)
    if bar:
        raise CallError(bar)
    if row.state == CallState.OPEN:
        tell_invited(row, [invitation])
    leave_trace(AuditAction.CONSORTIUM_INVITED, by=invited_by, subject=row, after={"consortium": consortium.slug})
    return invitation


@transaction.atomic
def decline_invitation(invitation: CallInvitation, *, declined_by: User, reason: str = "") -> CallInvitation:
    """An invited consortium declines; while the call is open it may still change its mind and apply."""
    call = locked_call(invitation.call)
    require_manager(declined_by, invitation.consortium)
    row = CallInvitation.objects.select_for_update().get(pk=invitation.pk)
    if call.state != CallState.OPEN:
        raise CallError(_("This call is over; there is nothing to decline any more."))
    found = step(INVITATION, "decline", row.state, by=declined_by)
    row.state, row.answered_at, row.answer = InvitationState(found.target), timezone.now(), reason.strip()
    row.save(update_fields=["state", "answered_at", "answer"])
    after = {"consortium": row.consortium.slug, "state": found.target}
    leave_trace(
        AuditAction.INVITATION_DECLINED,
        by=declined_by,
        subject=row,
        before={"state": found.source},
        after=after,
        reason=reason,
    )
    return row
