"""Reads on entries: which there are, until when they take submissions, which phases can be entered."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from portal.consortia.enums import EntryState
from portal.consortia.models import Consortium, Entry
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase

STILL_IN = (EntryState.COMPETING, EntryState.HELD)


def entries_in(phase: Phase) -> QuerySet[Entry]:
    return Entry.objects.filter(phase=phase).select_related("consortium", "phase", "ruleset").order_by("code")


def entries_by(consortium: Consortium) -> QuerySet[Entry]:
    return consortium.entries.select_related("phase__programme", "ruleset", "call").order_by("entered_at")


def deadline_of(entry: Entry) -> datetime | None:
    """The entry's own deadline, moved by every later change of the phase's; else the phase's."""
    if entry.deadline is None or entry.deadline_set_at is None:
        return entry.phase.closes_at
    later = entry.phase.deadline_changes.filter(decided_at__gt=entry.deadline_set_at, before__isnull=False)
    moved = sum((change.after - change.before for change in later if change.before), timedelta())
    return entry.deadline + moved


def phases_to_enter(consortium: Consortium) -> list[Phase]:
    """Phases whose rules are frozen, that still take entries, that this consortium has a place in and has not entered."""
    taking = Phase.objects.filter(state__in=(PhaseState.RULES_FROZEN, PhaseState.RECEIVING))
    free = taking.exclude(entries__consortium=consortium).select_related("programme", "ruleset")
    return [phase for phase in free if has_earned(consortium, phase)]


def has_earned(consortium: Consortium, phase: Phase) -> bool:
    """The first phase and a rehearsal are open; a later one takes those who advanced in the phase before it."""
    before = phase.programme.phases.filter(number__lt=phase.number, is_rehearsal=False).order_by("-number").first()
    if phase.is_rehearsal or before is None:
        return True
    return before.entries.filter(consortium=consortium, state=EntryState.ADVANCED).exists()
