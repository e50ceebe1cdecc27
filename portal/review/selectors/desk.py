"""A reviewer's desk: where to go next, how much is done, and the own scores side by side."""

from dataclasses import dataclass
from typing import Any

from portal.consortia.models import Entry
from portal.review.enums import DeclarationState, PanelKind, SheetState
from portal.review.models import Appeal, PanelSeat, ScoreSheet
from portal.review.policies.scopes import is_blinded
from portal.review.policies.table import Audience, Subject, audiences_for
from portal.review.selectors.panels import seats_held
from portal.review.selectors.rules import here, part_of
from portal.review.selectors.sheets import own_sheets, sum_of

OPEN_STATES = (DeclarationState.CLEAR, DeclarationState.ALLOWED)


@dataclass(frozen=True)
class Task:
    sheet: ScoreSheet
    filled: int
    criteria: int


@dataclass(frozen=True)
class Desk:
    """`tasks` stays empty until the declaration opens content: not even the teams' names are listed before.
    Of a blind panel it is empty until the notice: a sheet beside its team's name would undo the codes.
    """

    seat: PanelSeat
    opened: bool
    may_declare: bool
    blind: bool  # the work is in the blind console
    tasks: list[Task]

    @property
    def signed(self) -> int:
        return sum(task.sheet.state in {SheetState.SIGNED, SheetState.SEALED} for task in self.tasks)

    @property
    def counted(self) -> int:
        return sum(task.sheet.state != SheetState.VOID for task in self.tasks)

    @property
    def appeals(self) -> list[Appeal]:
        """Objections that were referred to the seat's panel."""
        rows = Appeal.objects.filter(panel=self.seat.panel).select_related("decision__entry__consortium")
        return list(rows) if self.opened else []

    @property
    def curves_open(self) -> bool:
        """Whether the training curves of all entries may be drawn together by now."""
        sighted = self.opened and not self.blind and self.seat.panel.kind != PanelKind.APPEAL
        return sighted and bool(audiences_for(Subject.SIDE_BY_SIDE, self.seat.panel.phase.state))

    @property
    def read_entries(self) -> list[Entry]:
        """Entries that a committee judges without sheets, once they are evidence."""
        phase = self.seat.panel.phase
        judges = self.opened and not self.blind and self.seat.panel.kind == PanelKind.COMMITTEE
        if not judges or Audience.PANEL_MEMBER not in audiences_for(Subject.EVIDENCE, phase.state):
            return []
        return list(Entry.objects.filter(phase=phase).select_related("consortium").order_by("code"))

    @property
    def next(self) -> ScoreSheet | None:
        return next((task.sheet for task in self.tasks if task.sheet.state == SheetState.DRAFT), None)


def desk_of(user_id: int) -> list[Desk]:
    return [_desk(seat) for seat in seats_held(user_id)]


def _desk(seat: PanelSeat) -> Desk:
    opened = seat.declaration.state in OPEN_STATES
    blind = is_blinded(seat.panel, seat.panel.phase)
    return Desk(
        seat=seat,
        opened=opened,
        may_declare=seat.declaration.state == DeclarationState.MISSING,
        blind=blind,
        tasks=[_task(sheet) for sheet in own_sheets(seat)] if opened and seat.panel.part and not blind else [],
    )


def _task(sheet: ScoreSheet) -> Task:
    filled = sum(bool(row.value) for row in sheet.scores.all())
    return Task(sheet, filled, len(part_of(sheet.assignment.seat.panel).criteria))


def comparison(seat: PanelSeat) -> dict[str, Any]:
    """Criteria as rows, the seat's own sheets as columns, and the sum of each."""
    sheets = own_sheets(seat)
    values = {sheet.pk: {row.criterion: row.value for row in sheet.scores.all()} for sheet in sheets}
    criteria = part_of(seat.panel).criteria if seat.panel.part else ()
    return {
        "sheets": sheets,
        "rows": [
            {
                "title": here(criterion.title),
                "maximum": criterion.maximum,
                "values": [values[sheet.pk].get(criterion.key, "") for sheet in sheets],
            }
            for criterion in criteria
        ],
        "totals": [sum_of(values[sheet.pk]) for sheet in sheets],
    }


def next_after(sheet: ScoreSheet) -> ScoreSheet | None:
    """The next open sheet of the same seat, in the order of the desk, from the one at hand round to it again."""
    sheets = own_sheets(sheet.assignment.seat)
    place = next((n for n, row in enumerate(sheets) if row.pk == sheet.pk), -1)
    rest = sheets[place + 1 :] + sheets[: max(place, 0)]
    return next((row for row in rest if row.state == SheetState.DRAFT), None)
