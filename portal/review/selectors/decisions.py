"""Which decision stands on an entry, and which entries have none yet."""

from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import DecisionState
from portal.review.models import Decision
from portal.review.selectors.completion import STANDING

GONE = (DecisionState.SUPERSEDED, DecisionState.DISCARDED)
DECIDED = (DecisionState.APPROVED, DecisionState.NOTIFIED, DecisionState.FINAL)


def standing_decision(entry: Entry) -> Decision | None:
    """The latest decision on the entry that was neither superseded nor discarded, whatever its state."""
    return Decision.objects.filter(entry=entry).exclude(state__in=GONE).order_by("-pk").first()


def undecided_entries(phase: Phase) -> list[Entry]:
    """Competing entries without an approved decision. A held entry may wait while the phase goes on."""
    decided = Decision.objects.filter(phase=phase, state__in=DECIDED, entry__isnull=False).values("entry")
    return list(Entry.objects.filter(phase=phase, state=STANDING[0]).exclude(pk__in=decided))


def decision_log(phase: Phase) -> list[Decision]:
    rows = Decision.objects.filter(phase=phase).select_related(
        "entry__consortium", "tally", "minutes__panel", "drafted_by", "approved_by", "supersedes", "call"
    )
    return list(rows.order_by("pk"))
