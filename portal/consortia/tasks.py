"""The reconciler step of this app: receiving closes when the last deadline has passed, whoever is at the desk."""

from django.utils import timezone

from portal.common.viewer import SYSTEM
from portal.consortia.selectors import STILL_IN, deadline_of, entries_in
from portal.programmes.actions import move_phase
from portal.programmes.models import Phase
from portal.programmes.selectors import phases_receiving


def close_due_phases() -> int:
    """Close every phase whose deadline and whose entries' own deadlines are past; return how many those were."""
    due = [phase for phase in phases_receiving() if _is_over(phase)]
    for phase in due:
        move_phase(phase, "close_receiving", actor=SYSTEM)
    return len(due)


def _is_over(phase: Phase) -> bool:
    own = [deadline_of(entry) for entry in entries_in(phase).filter(state__in=STILL_IN)]
    deadlines = [phase.closes_at, *own]
    return all(deadline is not None and deadline <= timezone.now() for deadline in deadlines)
