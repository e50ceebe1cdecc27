"""Decisions: drafted by one person, endorsed on minutes, approved by another. Never overwritten; `notifying` makes them known."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.transitions import TransitionError, find
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.consortia.transitions import ENTRY
from portal.programmes.models import Phase
from portal.review.actions.base import (
    locked,
    require_outsider,
    require_role,
    require_stage,
    require_text,
    step,
)
from portal.review.enums import (
    AppealState,
    AuditAction,
    Basis,
    DecisionState,
    DisqualificationState,
    GateVerdict,
    Outcome,
)
from portal.review.errors import NotPossible
from portal.review.models import Appeal, Decision, Disqualification, Minutes, Tally
from portal.review.selectors.decisions import standing_decision
from portal.review.selectors.gates import open_disqualifications, verdict_on
from portal.review.selectors.rules import gates_of, has_carried
from portal.review.selectors.tallies import is_current, latest_tally
from portal.review.transitions import DECISION

ENTRY_EVENTS = {
    Outcome.ADVANCE: "advance",
    Outcome.CUT: "cut",
    Outcome.DISQUALIFY: "disqualify",
    Outcome.RE_EVALUATE: "reopen",
}
LATER_EVENTS = {Outcome.ANNUL: "annul", Outcome.STAY: "stay", Outcome.LIFT_STAY: "lift_stay"}
LATE_STAGES = ("tallied", "decided", "notified", "objection", "final")


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
    locked(entry)  # a second click waits here and finds the first draft
    _require_first_or_superseding(entry, supersedes)
    _require_grounds(entry, draft, supersedes=supersedes)
    decision = Decision.objects.create(
        phase=entry.phase,
        entry=entry,
        outcome=draft.outcome,
        basis=draft.basis,
        tally=latest_tally(entry.phase) if draft.outcome == Outcome.RE_EVALUATE else _tally_for(entry.phase),
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
        held = Entry.objects.get(pk=entry.pk).state == EntryState.HELD  # decided on its own, also after the others
        stages = LATE_STAGES if held else LATE_STAGES[:1]
        require_stage(Phase.objects.get(pk=entry.phase_id), *stages, doing=_("Drafting a decision"))
        return
    if standing is not None and supersedes is None:
        raise NotPossible(
            _("There is already a decision on %(entry)s (no. %(number)s). A second one must supersede it and say so.")
            % {"entry": entry, "number": standing.pk}
        )
    if supersedes is not None and (standing is None or standing.pk != supersedes.pk):
        raise NotPossible(_("Only the standing decision on the same entry can be superseded."))
    if supersedes is not None and supersedes.state == DecisionState.STAYED:
        raise NotPossible(_("The decision is stayed; lift the stay first, or annul it."))
    if supersedes is not None and supersedes.state not in {DecisionState.NOTIFIED, DecisionState.FINAL}:
        raise NotPossible(_("A decision that was not notified yet is returned or discarded, not superseded."))


def _require_grounds(entry: Entry, draft: Draft, *, supersedes: Decision | None) -> None:
    """A disqualification rests on a failed gate, and a failed gate admits of nothing else but a new evaluation."""
    if draft.outcome not in ENTRY_EVENTS:
        raise NotPossible(_("The outcome %(outcome)s is not about one entry.") % {"outcome": draft.outcome})
    _require_step_of(entry, draft)
    if draft.outcome == Outcome.RE_EVALUATE:
        _require_ground_to_reopen(draft, supersedes)
        return
    failed = [gate.key for gate in gates_of(entry.phase) if _fails(entry, gate.key)]
    if draft.outcome == Outcome.DISQUALIFY and (draft.basis != Basis.GATE or not failed):
        raise NotPossible(
            _("A disqualification rests on an upheld ruling on a gate; %(entry)s has none.") % {"entry": entry}
        )
    if draft.outcome != Outcome.DISQUALIFY and failed:
        raise NotPossible(
            _("%(entry)s failed the gate %(gate)s and can only be disqualified.") % {"entry": entry, "gate": failed[0]}
        )
    if any(case.entry_id == entry.pk for case in open_disqualifications(entry.phase)):
        raise NotPossible(_("A disqualification procedure on %(entry)s is open; rule on it first.") % {"entry": entry})
    if draft.outcome == Outcome.ADVANCE:
        _require_every_gate(entry)


def _require_every_gate(entry: Entry) -> None:
    """Nobody advances by silence: each gate of the rules has its ruling."""
    open_gates = [gate.key for gate in gates_of(entry.phase) if verdict_on(entry, gate.key) is None]
    if open_gates:
        raise NotPossible(
            _("The gate %(gate)s of %(entry)s is not ruled on yet; rule on it before the entry advances.")
            % {"entry": entry, "gate": open_gates[0]}
        )


def _require_step_of(entry: Entry, draft: Draft) -> None:
    """What the decision does to the entry must be a step from where it stands, so that it can be notified later."""
    state = Entry.objects.get(pk=entry.pk).state
    try:
        find(ENTRY, ENTRY_EVENTS[draft.outcome], state)
    except TransitionError as error:
        raise NotPossible(
            _("%(entry)s is in the state “%(state)s”; decide to evaluate it again before you decide anything else.")
            % {"entry": entry, "state": EntryState(state).label}
        ) from error


def _require_ground_to_reopen(draft: Draft, supersedes: Decision | None) -> None:
    """By an upheld objection to the very decision, or by a finding of the ministry's own."""
    if draft.basis not in {Basis.APPEAL, Basis.FINDING}:
        raise NotPossible(_("An entry is evaluated again after an upheld objection or a later finding alone."))
    upheld = Appeal.objects.filter(decision=supersedes, state=AppealState.UPHELD).exists()
    if draft.basis == Basis.APPEAL and not upheld:
        raise NotPossible(_("No objection to this decision was upheld."))


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
    return move_decision(row, "endorse", by=endorsed_by, fields=["minutes"])


@transaction.atomic
def return_decision(decision: Decision, *, returned_by: User, reason: str) -> Decision:
    return move_decision(locked(decision), "return", by=returned_by, reason=reason)


@transaction.atomic
def discard_decision(decision: Decision, *, discarded_by: User, reason: str) -> Decision:
    return move_decision(locked(decision), "discard", by=discarded_by, reason=reason)


@transaction.atomic
def approve_decision(decision: Decision, *, approved_by: User) -> Decision:
    """The second person. What it supersedes, stays or annuls gives way in the same transaction."""
    row, earlier = _locked_with_earlier(decision)
    if row.drafted_by_id == approved_by.pk:
        raise NotPossible(_("Two people decide: whoever drafted a decision cannot approve it."))
    if row.tally is not None and row.outcome != Outcome.RE_EVALUATE and not is_current(row.tally):
        raise NotPossible(_("Something changed since the tally of this decision; take it again and draft anew."))
    row.approved_by, row.approved_at = approved_by, timezone.now()
    if earlier is not None:
        event = LATER_EVENTS.get(Outcome(row.outcome), "supersede")
        words = _("Superseded by decision %(number)s") if event == "supersede" else _("By decision %(number)s")
        move_decision(earlier, event, by=approved_by, reason=words % {"number": row.pk})
    return move_decision(row, "approve", by=approved_by, fields=["approved_by", "approved_at"])


def _locked_with_earlier(decision: Decision) -> tuple[Decision, Decision | None]:
    """The decision and the one it is about, locked in the order of their ids before anything is written."""
    earlier = decision.concerns_id or decision.supersedes_id
    wanted = [pk for pk in (decision.pk, earlier) if pk is not None]
    rows = {row.pk: row for row in Decision.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    return rows[decision.pk], rows.get(earlier) if earlier is not None else None


def move_decision(
    row: Decision, event: str, *, by: User, reason: str = "", fields: list[str] | None = None
) -> Decision:
    """One step of the table on a locked row, with its event."""
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
