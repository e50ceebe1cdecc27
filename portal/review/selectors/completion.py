"""How far scoring has come, in counts alone: no score value is read here, so none can leak."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.programmes.ruleset import Part
from portal.review.enums import RecusalState, SheetState
from portal.review.models import Panel, RecusalRequest, ScoreSheet
from portal.review.selectors.rules import here, scored_parts

STANDING = (EntryState.COMPETING, EntryState.HELD)
DONE = (SheetState.SIGNED, SheetState.SEALED)


@dataclass(frozen=True)
class SeatProgress:
    code: str
    signed: int
    open: int
    void: int

    @property
    def assigned(self) -> int:
        return self.signed + self.open


def progress_of(panel: Panel) -> list[SeatProgress]:
    """Per seat the number of sheets signed, still open, and void."""
    rows = ScoreSheet.objects.filter(assignment__seat__panel=panel).values_list("assignment__seat__code", "state")
    counts = Counter(rows)
    codes = panel.seats.values_list("code", flat=True)
    return [
        SeatProgress(
            code,
            signed=sum(counts[code, state] for state in DONE),
            open=counts[code, SheetState.DRAFT],
            void=counts[code, SheetState.VOID],
        )
        for code in codes
    ]


def holes_before_seal(phase: Phase) -> list[str]:
    """Why the phase cannot be sealed, one sentence per reason; empty when it can."""
    holes = _unsigned(phase) + _unruled(phase)
    for part in scored_parts(phase):
        holes += _too_few(phase, part)
    return holes


def _unsigned(phase: Phase) -> list[str]:
    rows = ScoreSheet.objects.filter(assignment__entry__phase=phase, state=SheetState.DRAFT)
    return [
        _("sheet of %(seat)s for %(entry)s is neither signed nor void") % {"seat": seat, "entry": entry}
        for seat, entry in rows.values_list("assignment__seat__code", "assignment__entry__code")
    ]


def _unruled(phase: Phase) -> list[str]:
    """Challenges and withdrawals that wait: ruled after the seal they would change what was sealed."""
    rows = RecusalRequest.objects.filter(seat__panel__phase=phase, state=RecusalState.LODGED)
    return [
        _("a request for the recusal of %(seat)s is not ruled yet") % {"seat": code}
        for code in rows.values_list("seat__code", flat=True)
    ]


def _too_few(phase: Phase, part: Part) -> list[str]:
    """Entries with fewer signed sheets than the part asks for; the stricter of minimum and the panel's quorum counts."""
    needed = max(part.minimum_sheets, part.panel.quorum if part.panel else 0)
    rows = ScoreSheet.objects.filter(
        assignment__entry__phase=phase, assignment__seat__panel__part=part.key, state__in=DONE
    )
    counts = Counter(rows.values_list("assignment__entry__code", flat=True))
    entries = Entry.objects.filter(phase=phase, state__in=STANDING).values_list("code", flat=True)
    return [
        _("%(part)s: entry %(entry)s has %(count)s signed sheets, %(needed)s are needed")
        % {"part": here(part.title), "entry": code, "count": counts[code], "needed": needed}
        for code in entries
        if counts[code] < needed
    ]
