"""The committee of a call: which panel it is, and what its members declare against the applicants."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.calls.actions.base import locked_call, require_officer, step
from portal.calls.enums import AuditAction, InterestState
from portal.calls.errors import CallError, Incomplete
from portal.calls.models import Committee, CommitteeInterest
from portal.calls.selectors.judging import institutions_behind, interest_of
from portal.calls.transitions import INTEREST
from portal.consortia.models import Membership
from portal.programmes.enums import CallState
from portal.programmes.models import Call
from portal.review.actions import rule_on_declaration
from portal.review.enums import PanelKind, RecusalGround
from portal.review.models import Panel, PanelSeat
from portal.review.policies.scopes import CLEARED

Key = tuple[int, int]  # consortium id, institution id


@transaction.atomic
def name_committee(call: Call, *, panel: Panel, named_by: User) -> Committee:
    """Let a committee of the phase judge this call. It may change until a member has declared against the applicants."""
    row = locked_call(call)
    require_officer(named_by, row)
    if panel.phase_id != row.phase_id or panel.kind != PanelKind.COMMITTEE:
        raise CallError(_("A call is judged by a deliberation committee of its own phase."))
    if row.state in (CallState.JUDGED, CallState.FILLED, CallState.LEFT_VACANT):
        raise CallError(_("This call has been judged; its committee stays."))
    known = Committee.objects.filter(call=row).first()
    if known is not None and known.panel_id == panel.pk:
        return known
    if known is not None and known.interests.exists():
        raise CallError(_("Members of the committee have declared already; it can no longer be exchanged."))
    committee, _new = Committee.objects.update_or_create(call=row, defaults={"panel": panel})
    leave_trace(AuditAction.COMMITTEE_NAMED, by=named_by, subject=row, after={"panel": panel.pk})
    return committee


@transaction.atomic
def declare_interests(
    committee: Committee, *, seat: PanelSeat, answers: Mapping[Key, str | None], declared_by: User
) -> CommitteeInterest:
    """One answer per institution of every applicant: None for no interest, else what it is. An interest waits for a ruling."""
    call = locked_call(committee.call)
    if seat.panel_id != committee.panel_id or seat.user_id != declared_by.pk:
        raise PermissionDenied(_("A declaration is made by the person who holds the seat."))
    if call.state not in (CallState.CLOSED, CallState.JUDGED):
        raise CallError(_("The applicants are known when the call has closed; declare then."))
    if seat.declaration.state not in CLEARED:
        raise CallError(_("Make the declaration of your seat first; the one on the applicants follows."))
    _require_stranger(call, declared_by)
    _require_every_answer(call, answers)
    declared = any(text is not None for text in answers.values())
    row = interest_of(committee, seat)
    before = row.state if row else InterestState.MISSING
    if row is not None and not declared and row.state == InterestState.CLEAR:
        return row  # a second click
    if row is not None and not declared:
        raise CallError(_("You declared an interest; the secretariat rules on it."))
    row = row or CommitteeInterest(committee=committee, seat=seat, state=InterestState.MISSING)
    event = "declare_interest" if declared else "declare_clear"
    row.state = InterestState(step(INTEREST, event, row.state, by=declared_by).target)
    row.answers, row.declared_at = _as_rows(answers), timezone.now()
    row.save()
    leave_trace(
        AuditAction.INTEREST_DECLARED, by=declared_by, subject=row, before={"state": before}, after={"state": row.state}
    )
    return row


def _require_stranger(call: Call, user: User) -> None:
    if Membership.objects.filter(user=user, consortium__applications__call=call).exists():
        raise PermissionDenied(_("You belong to an applicant of this call and cannot judge it."))


def _require_every_answer(call: Call, answers: Mapping[Key, str | None]) -> None:
    rows = institutions_behind(call)
    holes = [f"{row.consortium.name} / {row.institution.name}" for row in rows if row.key not in answers]
    holes += [
        _("%(name)s: describe the interest") % {"name": row.institution.name}
        for row in rows
        if (text := answers.get(row.key)) is not None and not text.strip()
    ]
    if holes:
        raise Incomplete(_("Answer for every institution of every applicant. Open:"), holes=holes)


def _as_rows(answers: Mapping[Key, str | None]) -> list[dict[str, object]]:
    return [
        {"consortium": consortium, "institution": institution, "interest": (text or "").strip()}
        for (consortium, institution), text in sorted(answers.items())
    ]


@transaction.atomic
def rule_on_interest(
    interest: CommitteeInterest, *, event: str, reason: str, ruled_by: User, ground: RecusalGround | None = None
) -> CommitteeInterest:
    """`allow` or `recuse`. A recusal is one from the seat: in a contest an interest in one applicant is one in its rivals."""
    call = locked_call(interest.committee.call)
    require_officer(ruled_by, call)
    row = CommitteeInterest.objects.select_for_update().get(pk=interest.pk)
    if row.seat.user_id == ruled_by.pk:
        raise PermissionDenied(_("Nobody rules on their own declaration."))
    found = step(INTEREST, event, row.state, by=ruled_by, reason=reason)
    row.state, row.ruling_reason = InterestState(found.target), reason.strip()
    row.ruled_by, row.ruled_at = ruled_by, timezone.now()
    row.save()
    if found.target == InterestState.RECUSED:
        chosen = ground or RecusalGround.EXCLUSION
        rule_on_declaration(row.seat.declaration, event="recuse", ruled_by=ruled_by, reason=reason, ground=chosen)
    leave_trace(
        AuditAction.INTEREST_RULED,
        by=ruled_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target},
        reason=reason,
    )
    return row
