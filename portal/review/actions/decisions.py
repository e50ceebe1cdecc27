"""Decisions: drafted by one person, endorsed on minutes, approved by another, notified, final. Never overwritten."""

from dataclasses import dataclass

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
from portal.review.actions.base import (
    leave_trace,
    locked,
    require_outsider,
    require_role,
    require_stage,
    require_text,
    step,
)
from portal.review.actions.notices import trace_notice, write_notice
from portal.review.enums import (
    AuditAction,
    Basis,
    DecisionState,
    DisqualificationState,
    GateVerdict,
    NoticeKind,
    Outcome,
)
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Decision, Disqualification, Minutes, Notice, Tally
from portal.review.selectors.decisions import standing_decision, undecided_entries
from portal.review.selectors.gates import open_disqualifications, verdict_on
from portal.review.selectors.outcomes import result_notice
from portal.review.selectors.rules import gates_of, has_carried
from portal.review.selectors.tallies import is_current, latest_tally
from portal.review.transitions import DECISION
from portal.review.windows import term_after

ENTRY_EVENTS = {
    Outcome.ADVANCE: "advance",
    Outcome.CUT: "cut",
    Outcome.DISQUALIFY: "disqualify",
    Outcome.RE_EVALUATE: "reopen",
}


@dataclass(frozen=True)
class Draft:
    """What a decision says; the private part never leaves the record."""

    outcome: Outcome
    basis: Basis
    public_rationale: str
    private_rationale: str = ""


@transaction.atomic
def draft_decision(entry: Entry, *, draft: Draft, drafted_by: User, supersedes: Decision | None = None) -> Decision:
    """A decision on one entry, based on the current tally. A second one must say which decision it supersedes."""
    require_role(drafted_by, "officer")
    require_outsider(drafted_by, entry.phase)
    require_text(draft.public_rationale, _("Write the rationale: it is what the team and the public read."))
    _require_first_or_superseding(entry, supersedes)
    _require_grounds(entry, draft)
    decision = Decision.objects.create(
        phase=entry.phase,
        entry=entry,
        outcome=draft.outcome,
        basis=draft.basis,
        tally=_tally_for(entry.phase),
        disqualification=_case_of(entry) if draft.outcome == Outcome.DISQUALIFY else None,
        public_rationale=draft.public_rationale,
        private_rationale=draft.private_rationale,
        supersedes=supersedes,
        drafted_by=drafted_by,
        drafted_at=timezone.now(),
    )
    leave_trace(
        AuditAction.DECISION_DRAFTED,
        by=drafted_by,
        subject=decision,
        after={
            "entry": entry.code,
            "outcome": draft.outcome,
            "basis": draft.basis,
            "supersedes": supersedes.pk if supersedes else None,
        },
    )
    return decision


def _require_first_or_superseding(entry: Entry, supersedes: Decision | None) -> None:
    standing = standing_decision(entry)
    if standing is None and supersedes is None:
        require_stage(Phase.objects.get(pk=entry.phase_id), "tallied", doing=_("Drafting a decision"))
        return
    if standing is not None and supersedes is None:
        raise NotPossible(
            _("There is already a decision on %(entry)s (no. %(number)s). A second one must supersede it and say so.")
            % {"entry": entry, "number": standing.pk}
        )
    if supersedes is not None and (standing is None or standing.pk != supersedes.pk):
        raise NotPossible(_("Only the standing decision on the same entry can be superseded."))
    if supersedes is not None and supersedes.state not in {DecisionState.NOTIFIED, DecisionState.FINAL}:
        raise NotPossible(_("A decision that was not notified yet is returned or discarded, not superseded."))


def _require_grounds(entry: Entry, draft: Draft) -> None:
    """A disqualification rests on a failed gate, and a failed gate admits of nothing else."""
    failed = [gate.key for gate in gates_of(entry.phase) if _fails(entry, gate.key)]
    if draft.outcome == Outcome.DISQUALIFY and (draft.basis != Basis.GATE or not failed):
        raise NotPossible(
            _("A disqualification rests on an upheld ruling on a gate; %(entry)s has none.") % {"entry": entry}
        )
    if draft.outcome in {Outcome.ADVANCE, Outcome.CUT} and failed:
        raise NotPossible(
            _("%(entry)s failed the gate %(gate)s and can only be disqualified.") % {"entry": entry, "gate": failed[0]}
        )
    if draft.outcome not in ENTRY_EVENTS:
        raise NotPossible(_("The outcome %(outcome)s is not about one entry.") % {"outcome": draft.outcome})


def _fails(entry: Entry, gate: str) -> bool:
    ruling = verdict_on(entry, gate)
    return ruling is not None and ruling.verdict == GateVerdict.FAIL


def _case_of(entry: Entry) -> Disqualification | None:
    return Disqualification.objects.filter(entry=entry, state=DisqualificationState.UPHELD).first()


def _tally_for(phase: Phase) -> Tally:
    tally = latest_tally(phase)
    if tally is None:
        raise NotPossible(_("Take the tally first; a decision refers to it."))
    if not is_current(tally):
        raise NotPossible(
            _("Something changed since tally version %(version)s; take it again first.") % {"version": tally.version}
        )
    return tally


@transaction.atomic
def endorse_decision(decision: Decision, *, minutes: Minutes, endorsed_by: User) -> Decision:
    """Attach the minutes of the meeting that carried it."""
    if minutes.panel.phase_id != decision.phase_id:
        raise NotPossible(_("These minutes belong to another phase."))
    if not has_carried(minutes):
        raise NotPossible(
            _("The vote did not carry: %(votes)s of %(seated)s seated members.")
            % {"votes": minutes.votes_for, "seated": minutes.seated}
        )
    row = locked(decision)
    row.minutes = minutes
    return _move(row, "endorse", by=endorsed_by, fields=["minutes"])


@transaction.atomic
def return_decision(decision: Decision, *, returned_by: User, reason: str) -> Decision:
    return _move(locked(decision), "return", by=returned_by, reason=reason)


@transaction.atomic
def discard_decision(decision: Decision, *, discarded_by: User, reason: str) -> Decision:
    return _move(locked(decision), "discard", by=discarded_by, reason=reason)


@transaction.atomic
def approve_decision(decision: Decision, *, approved_by: User) -> Decision:
    """The second person. What it supersedes gives way in the same transaction."""
    row = locked(decision)
    if row.drafted_by_id == approved_by.pk:
        raise NotPossible(_("Two people decide: whoever drafted a decision cannot approve it."))
    if row.tally is not None and not is_current(row.tally):
        raise NotPossible(_("Something changed since the tally of this decision; take it again and draft anew."))
    row.approved_by, row.approved_at = approved_by, timezone.now()
    if row.supersedes is not None:
        reason = _("Superseded by decision %(number)s") % {"number": row.pk}
        _move(locked(row.supersedes), "supersede", by=approved_by, reason=reason)
    return _move(row, "approve", by=approved_by, fields=["approved_by", "approved_at"])


def _move(row: Decision, event: str, *, by: User, reason: str = "", fields: list[str] | None = None) -> Decision:
    require_outsider(by, row.phase)
    found = step(DECISION, event, row.state, by=by, reason=reason)
    row.state = DecisionState(found.target)
    row.save(update_fields=["state", *(fields or [])])
    leave_trace(
        AuditAction.DECISION_MOVED,
        by=by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "event": event},
        reason=reason,
    )
    return row


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
    decisions = list(Decision.objects.filter(phase=row, state=DecisionState.APPROVED).order_by("entry__code", "pk"))
    notices = [notify_decision(decision, notified_by=notified_by) for decision in decisions]
    move_phase(row, "notify", actor=viewer_of_user(notified_by))
    return [notice for notice in notices if notice is not None]


@transaction.atomic
def notify_decision(decision: Decision, *, notified_by: User) -> Notice | None:
    """Let an approved decision take effect: the entry moves on the approver's authority and the team is told."""
    row = locked(decision)
    now = timezone.now()
    row.notified_at, row.objection_until = now, term_after(now, days=row.phase.objection_days)
    notice = None
    if row.entry is not None:
        notice = write_notice(
            row.entry,
            kind=NoticeKind.RESULT,
            subject_key=f"decision:{row.pk}",
            content=result_notice(row),
            sent_by=notified_by,
        )
    _move(row, "notify", by=notified_by, fields=["notified_at", "objection_until"])
    if row.entry is not None and row.approved_by is not None:
        event, reason = ENTRY_EVENTS[Outcome(row.outcome)], row.public_rationale
        move_entry(row.entry, event, actor=viewer_of_user(row.approved_by), reason=reason)
    if notice is not None:
        trace_notice(notice)
    return notice


@transaction.atomic
def finalise_decision(decision: Decision, *, finalised_by: User) -> Decision:
    """Possible once the objection window has passed and no objection is open."""
    row = locked(decision)
    if row.objection_until is not None and timezone.now() <= row.objection_until:
        raise NotPossible(_("Objections may still be lodged until the window closes."))
    if hasattr(row, "appeal") and row.appeal.state in {"lodged", "admitted"}:
        raise NotPossible(_("An objection to this decision is open."))
    return _move(row, "finalise", by=finalised_by)
