"""Which decision stands on an entry, and which entries have none yet."""

from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import DecisionState, Outcome
from portal.review.models import Appeal, Decision
from portal.review.selectors.completion import STANDING
from portal.review.selectors.decision_log import LogLine, decision_log

__all__ = [
    "DECIDED",
    "LogLine",
    "affected_entries",
    "decision_log",
    "decisions_of",
    "has_objected",
    "objection_days_of",
    "standing_decision",
    "undecided_entries",
]

GONE = (DecisionState.SUPERSEDED, DecisionState.DISCARDED, DecisionState.ANNULLED)
DECIDED = (DecisionState.APPROVED, DecisionState.NOTIFIED, DecisionState.FINAL)


def standing_decision(entry: Entry) -> Decision | None:
    """The latest decision on the entry that was neither superseded, annulled nor discarded, whatever its state.

    A stay and its lifting leave the decision that they concern in its place.
    """
    rows = Decision.objects.filter(entry=entry).exclude(outcome__in=(Outcome.STAY, Outcome.LIFT_STAY))
    return rows.exclude(state__in=GONE).order_by("-pk").first()


def undecided_entries(phase: Phase) -> list[Entry]:
    """Competing entries without an approved decision. A held entry may wait while the phase goes on."""
    decided = Decision.objects.filter(phase=phase, state__in=DECIDED, entry__isnull=False).values("entry")
    return list(Entry.objects.filter(phase=phase, state=STANDING[0]).exclude(pk__in=decided))


def decisions_of(phase: Phase) -> list[Decision]:
    rows = Decision.objects.filter(phase=phase).select_related(
        "entry__consortium", "tally", "minutes__panel", "drafted_by", "approved_by", "supersedes", "concerns", "call"
    )
    return list(rows.order_by("pk"))


def affected_entries(decision: Decision) -> list[Entry]:
    """The entry that it is about; of a selection by a call, the entries made through it."""
    if decision.entry is not None:
        return [decision.entry]
    if decision.outcome != Outcome.SELECT or decision.call_id is None:
        return []
    return list(Entry.objects.filter(call_id=decision.call_id).order_by("code"))


def objection_days_of(decision: Decision) -> int:
    """How long the team may object: not at all to what favours it, to an order of a court, or after its one objection was heard."""
    if decision.entry is None or decision.outcome in {Outcome.RE_EVALUATE, Outcome.STAY, Outcome.LIFT_STAY}:
        return 0
    return 0 if has_objected(decision) else decision.phase.objection_days


def has_objected(decision: Decision) -> bool:
    """Whether an earlier decision in this line was objected to already: there is no second objection."""
    earlier = decision.supersedes
    while earlier is not None:
        if Appeal.objects.filter(decision=earlier).exists():
            return True
        earlier = earlier.supersedes
    return False
