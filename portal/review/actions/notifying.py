"""What happens when results become known: phase decided, teams told, entries moved, decisions and phase final.

Each act locks every row that it will touch before its first event, because the ledger has one lock for all.
"""

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import move_entry
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.programmes.actions import move_phase
from portal.programmes.models import Phase
from portal.review.actions.base import locked, require_outsider, require_stage
from portal.review.actions.decisions import ENTRY_EVENTS, move_decision
from portal.review.actions.notices import trace_notice, write_notice
from portal.review.actions.verifications import conclude_verification, open_reevaluation
from portal.review.enums import AppealState, DecisionState, NoticeKind, Outcome
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Decision, Notice, Verification
from portal.review.selectors.decisions import objection_days_of, undecided_entries
from portal.review.selectors.gates import open_disqualifications
from portal.review.selectors.outcomes import result_notice
from portal.review.windows import term_after

OPEN_APPEALS = (AppealState.LODGED, AppealState.ADMITTED)


@transaction.atomic
def decide_phase(phase: Phase, *, decided_by: User) -> Phase:
    """Every standing entry has an approved decision and no procedure is open, except where the entry is held."""
    require_outsider(decided_by, phase)
    row = locked(phase)
    held = {entry.pk for entry in row.entries.filter(state=EntryState.HELD)}
    holes = [_("no approved decision on %(entry)s") % {"entry": entry} for entry in undecided_entries(row)]
    holes += [
        _("open disqualification procedure on %(entry)s") % {"entry": case.entry}
        for case in open_disqualifications(row)
        if case.entry_id not in held
    ]
    if holes:
        raise Incomplete(_("The phase cannot be closed as decided yet. Open:"), holes=holes)
    return move_phase(row, "decide", actor=viewer_of_user(decided_by))


@transaction.atomic
def notify_phase(phase: Phase, *, notified_by: User) -> list[Notice]:
    """Tell every team its result at once; the objection window starts on the next day."""
    row = locked(phase)
    require_stage(row, "decided", doing=_("Notifying"))
    rows = Decision.objects.select_for_update(of=("self",)).filter(phase=row, state=DecisionState.APPROVED)
    decisions = sorted(rows.select_related("entry"), key=lambda each: (each.entry.code if each.entry else "~", each.pk))
    _lock_entries([each.entry_id for each in decisions if each.entry_id is not None])
    told = [_tell(decision, by=notified_by) for decision in decisions]
    for each in told:
        _make_known(each, by=notified_by)
    move_phase(row, "notify", actor=viewer_of_user(notified_by))
    return [each.notice for each in told if each.notice is not None]


@transaction.atomic
def notify_decision(decision: Decision, *, notified_by: User) -> Notice | None:
    """Let one approved decision take effect: the entry moves on the approver's authority and the team is told."""
    row = locked(decision)
    if row.entry_id is not None and row.concerns_id is None:
        require_stage(row.phase, "notified", "objection", "final", "archived", doing=_("Notifying"))
    _lock_entries([row.entry_id] if row.entry_id is not None else [])
    told = _tell(row, by=notified_by)
    _make_known(told, by=notified_by)
    return told.notice


def _lock_entries(keys: list[int]) -> None:
    """Entries and their rounds, after the decisions, in the order of their ids: everything that a notice moves."""
    list(Entry.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    list(Verification.objects.select_for_update().filter(entry__in=keys).order_by("pk"))


class Told(NamedTuple):
    decision: Decision
    notice: Notice | None


def _tell(row: Decision, *, by: User) -> Told:
    """The notice with its window; nothing here writes to the ledger."""
    require_outsider(by, row.phase)
    now, days = timezone.now(), objection_days_of(row)
    row.notified_at, row.objection_until = now, term_after(now, days=days) if days else None
    if row.entry is None:
        return Told(row, None)
    content = result_notice(row)
    key = f"decision:{row.pk}"
    return Told(row, write_notice(row.entry, kind=NoticeKind.RESULT, subject_key=key, content=content, sent_by=by))


def _make_known(told: Told, *, by: User) -> None:
    row = told.decision
    move_decision(row, "notify", by=by, fields=["notified_at", "objection_until"])
    if row.entry is not None and row.approved_by is not None:
        move_entry(row.entry, entry_event(row), actor=viewer_of_user(row.approved_by), reason=row.public_rationale)
    if row.outcome == Outcome.RE_EVALUATE:
        open_reevaluation(row, opened_by=by)
    else:
        conclude_verification(row, concluded_by=by)
    if told.notice is not None:
        trace_notice(told.notice)


def entry_event(row: Decision) -> str:
    """What the decision does to its entry; the lifting of a stay gives back what the stayed decision had done."""
    outcome = Outcome(row.outcome)
    if outcome == Outcome.LIFT_STAY and row.concerns is not None:
        return f"restore_{row.concerns.outcome}"
    return {**ENTRY_EVENTS, Outcome.ANNUL: "annul", Outcome.STAY: "stay"}[outcome]


@transaction.atomic
def finalise_decision(decision: Decision, *, finalised_by: User) -> Decision:
    """Possible once the objection window has passed and no objection is open."""
    row = locked(decision)
    why = why_not_final(row)
    if why:
        raise NotPossible(why)
    return move_decision(row, "finalise", by=finalised_by)


def why_not_final(row: Decision) -> str:
    if row.objection_until is not None and timezone.now() <= row.objection_until:
        return _("Objections may still be lodged until the window closes.")
    state = row.appeal.state if hasattr(row, "appeal") else ""
    if state in OPEN_APPEALS:
        return _("An objection to this decision is open.")
    if state == AppealState.UPHELD:
        return _("An objection to this decision was upheld; a decision to evaluate again follows.")
    return ""


@transaction.atomic
def finalise_phase(phase: Phase, *, finalised_by: User) -> Phase:
    """Every notified decision becomes final with the phase; those on entries decided later for themselves may follow."""
    require_outsider(finalised_by, phase)
    row = locked(phase)
    require_stage(row, "objection", doing=_("Declaring the phase final"))
    rows = Decision.objects.select_for_update(of=("self",)).filter(phase=row, state=DecisionState.NOTIFIED)
    reasons = {decision: why_not_final(decision) for decision in rows.select_related("entry").order_by("pk")}
    holes = [
        _("decision no. %(number)s: %(why)s") % {"number": decision.pk, "why": why}
        for decision, why in reasons.items()
        if why and not _is_late(decision)
    ]
    if holes:
        raise Incomplete(_("The phase cannot be declared final yet. Open:"), holes=holes)
    for decision, why in reasons.items():
        if not why:
            move_decision(decision, "finalise", by=finalised_by)
    return move_phase(row, "finalise", actor=viewer_of_user(finalised_by))


def _is_late(decision: Decision) -> bool:
    return decision.entry is not None and decision.entry.verifications.exists()
