"""Decisions on decisions: a stay of the effects (집행정지), its lifting, and the annulment of a selection (선정 취소)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.consortia.models import Entry
from portal.review.actions.base import locked, require_outsider, require_role, require_text
from portal.review.actions.decisions import Draft
from portal.review.enums import AuditAction, Basis, DecisionState, Outcome
from portal.review.errors import NotPossible
from portal.review.models import Decision
from portal.review.selectors.decisions import affected_entries

# what may be decided about which outcome, and in which state it must stand
LATER: dict[Outcome, tuple[frozenset[Outcome], frozenset[DecisionState], frozenset[Basis]]] = {
    Outcome.ANNUL: (
        frozenset({Outcome.ADVANCE, Outcome.SELECT}),
        frozenset({DecisionState.NOTIFIED, DecisionState.FINAL, DecisionState.STAYED}),
        frozenset({Basis.FINDING, Basis.COURT}),
    ),
    Outcome.STAY: (
        frozenset({Outcome.ADVANCE, Outcome.CUT, Outcome.DISQUALIFY, Outcome.ANNUL}),
        frozenset({DecisionState.NOTIFIED, DecisionState.FINAL}),
        frozenset({Basis.COURT, Basis.VOTE}),
    ),
    Outcome.LIFT_STAY: (
        frozenset({Outcome.ADVANCE, Outcome.CUT, Outcome.DISQUALIFY, Outcome.ANNUL}),
        frozenset({DecisionState.STAYED}),
        frozenset({Basis.COURT, Basis.VOTE}),
    ),
}


@transaction.atomic
def draft_later_decision(
    concerned: Decision, *, draft: Draft, drafted_by: User, entry: Entry | None = None
) -> Decision:
    """Draft a stay, its lifting or an annulment; it needs minutes, a second person and a notice like any decision.

    `entry` says which one is meant where the concerned decision selected several.
    """
    row = locked(concerned)
    require_role(drafted_by, "officer")
    require_outsider(drafted_by, row.phase)
    require_text(draft.public_rationale, _("Write the rationale: it is what the team and the public read."))
    _require_possible(row, draft)
    decision = Decision.objects.create(
        phase=row.phase,
        entry=_entry_meant(row, entry),
        concerns=row,
        outcome=draft.outcome,
        basis=draft.basis,
        public_rationale=draft.public_rationale,
        private_rationale=draft.private_rationale,
        drafted_by=drafted_by,
        drafted_at=timezone.now(),
    )
    after = {"concerns": row.pk, "outcome": draft.outcome, "basis": draft.basis}
    leave_trace(AuditAction.DECISION_DRAFTED, by=drafted_by, subject=decision, after=after)
    return decision


def later_outcomes(row: Decision) -> list[Outcome]:
    """What may be decided about this decision as it stands."""
    return [
        outcome
        for outcome, (outcomes, states, _bases) in LATER.items()
        if row.outcome in outcomes and row.state in states
    ]


def _require_possible(row: Decision, draft: Draft) -> None:
    if draft.outcome not in later_outcomes(row):
        raise NotPossible(
            _("“%(later)s” is not possible on the decision “%(outcome)s” in the state “%(state)s”.")
            % {
                "later": draft.outcome.value,
                "outcome": row.get_outcome_display(),
                "state": row.get_state_display(),
            }
        )
    if draft.basis not in LATER[draft.outcome][2]:
        raise NotPossible(_("A later decision rests on a later finding, a vote or an order of a court."))
    pending = row.later.filter(state__in=[DecisionState.DRAFTED, DecisionState.ENDORSED, DecisionState.APPROVED])
    if pending.exists():
        raise NotPossible(_("Another decision about this one is under way; finish or discard it first."))


def _entry_meant(row: Decision, entry: Entry | None) -> Entry:
    entries = affected_entries(row)
    if entry is not None and entry in entries:
        return entry
    if entry is None and len(entries) == 1:
        return entries[0]
    raise NotPossible(
        _("Say which entry is meant; the decision concerns: %(codes)s.")
        % {"codes": ", ".join(each.code for each in entries) or "-"}
    )
