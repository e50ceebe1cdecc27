"""Reads of a draw: counts per cell before it, codes after it, and names only for whoever invites."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.programmes.models import Phase
from portal.review import drawing
from portal.review.enums import DrawState, Sex
from portal.review.labels import LABELS
from portal.review.models import CandidateAttributes, Draw, DrawCell, PanelInvitation


@dataclass(frozen=True)
class CellRow:
    """One line of the table of quotas; the codes are empty before the draw."""

    label: str
    seats: int
    alternates: int
    pool: int
    drawn: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        return self.pool < self.seats


def cells_of(draw: Draw) -> list[drawing.Cell]:
    return [drawing.Cell(cell.key, cell.seats, cell.alternates) for cell in draw.cells.all()]


def pool_of(draw: Draw) -> list[drawing.Candidate]:
    rows = CandidateAttributes.objects.filter(candidate__draw=draw).select_related("candidate", "cell")
    return [drawing.Candidate(row.candidate.code, row.cell.key) for row in rows.order_by("candidate__code")]


def label_of(cell: DrawCell) -> str:
    return f"{LABELS[Sex][cell.sex]} {cell.age_group}"


def table_of(draw: Draw) -> list[CellRow]:
    """Counts per cell, and after the draw the codes: never a name."""
    counts = Counter(CandidateAttributes.objects.filter(candidate__draw=draw).values_list("cell_id", flat=True))
    outcome = {row["cell"]: row for row in draw.document["outcome"]} if draw.document else {}
    return [
        CellRow(
            label_of(cell),
            cell.seats,
            cell.alternates,
            counts[cell.pk],
            drawn=tuple(outcome[cell.key]["drawn"]) if outcome else (),
            reserve=tuple(outcome[cell.key]["alternates"]) if outcome else (),
        )
        for cell in draw.cells.all()
    ]


def short_cells(draw: Draw) -> list[str]:
    return [
        _("%(cell)s: %(count)s candidates for %(seats)s seats")
        % {"cell": row.label, "count": row.pool, "seats": row.seats}
        for row in table_of(draw)
        if row.is_short
    ]


def public_draws(phase: Phase | None = None) -> "QuerySet[Draw]":
    """Draws whose seed is committed, void ones with their reason: everything from the commitment on is public."""
    rows = Draw.objects.exclude(commitment="").select_related("panel__phase__programme").order_by("-committed_at")
    return rows if phase is None else rows.filter(panel__phase=phase)


def is_public(draw: Draw) -> bool:
    return draw.commitment != ""


def seats_taken(draw: Draw) -> int:
    """How many of the drawn have taken their seats; a figure for the public page, without codes."""
    return PanelInvitation.objects.filter(place__draw=draw, seat__isnull=False).count()


def standing_draw(panel_id: int) -> Draw | None:
    return Draw.objects.filter(panel_id=panel_id).exclude(state=DrawState.VOID).select_related("panel__phase").first()
