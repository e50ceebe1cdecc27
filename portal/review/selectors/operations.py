"""The staff's overview of a phase: where it stands, what is complete in counts, what comes next."""

from dataclasses import dataclass
from typing import Any

from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase
from portal.programmes.selectors import steps_open_to
from portal.review.labels import label_of
from portal.review.models import Panel
from portal.review.selectors.completion import SeatProgress, holes_before_seal, progress_of
from portal.review.selectors.decisions import standing_decision
from portal.review.selectors.findings import ORIGINALITY_GATE, missing_report
from portal.review.selectors.gates import ticks_on, verdict_on
from portal.review.selectors.rules import gates_of, here

# Steps that have a page of their own because they do more than move the phase.
OWN_PAGES = frozenset({"replace_rules", "seal", "record_tally", "renew_tally", "decide", "notify", "finalise"})
MILESTONES = (
    PhaseState.RULES_FROZEN,
    PhaseState.RECEIVING,
    PhaseState.SCORING,
    PhaseState.SEALED,
    PhaseState.TALLIED,
    PhaseState.DECIDED,
    PhaseState.NOTIFIED,
    PhaseState.FINAL,
)


@dataclass(frozen=True)
class PanelProgress:
    panel: Panel
    seats: list[SeatProgress]

    @property
    def signed(self) -> int:
        return sum(seat.signed for seat in self.seats)

    @property
    def assigned(self) -> int:
        return sum(seat.assigned for seat in self.seats)


def phases_for(viewer: Viewer) -> list[Phase]:
    """All phases, newest first; which of them open is each page's own rule."""
    return list(Phase.objects.select_related("programme").order_by("programme", "-number"))


def overview(phase: Phase, viewer: Viewer) -> dict[str, Any]:
    order = list(PhaseState)
    reached = sum(order.index(PhaseState(phase.state)) >= order.index(stage) for stage in MILESTONES)
    panels = [PanelProgress(panel, progress_of(panel)) for panel in Panel.objects.filter(phase=phase).exclude(part="")]
    scoring = phase.state == PhaseState.SCORING
    return {
        "milestones": [stage.label for stage in MILESTONES],
        "reached": reached,
        "panels": panels,
        "tally_open": order.index(PhaseState(phase.state)) >= order.index(PhaseState.SEALED),
        "holes": holes_before_seal(phase) if scoring else [],
        "steps": [row for row in steps_open_to(viewer, phase) if row.event not in OWN_PAGES],
        "entries": Entry.objects.filter(phase=phase).select_related("consortium"),
    }


@dataclass(frozen=True)
class GateCell:
    key: str
    title: str
    verdict: str
    ticks: int
    missing_report: str = ""  # why there is none, where the gate rests on one and is undecided


def gate_table(phase: Phase) -> list[dict[str, Any]]:
    """Per entry: the ruling on each gate, boxes ticked on sealed sheets, and procedures."""
    rows = []
    for entry in Entry.objects.filter(phase=phase).select_related("consortium", "phase"):
        ticks = ticks_on(entry)
        rows.append(
            {
                "entry": entry,
                "gates": [_cell(entry, key=gate.key, title=here(gate.title), ticks=ticks) for gate in gates_of(phase)],
                "cases": list(entry.disqualifications.all()),
                "decision": standing_decision(entry),
            }
        )
    return rows


def _cell(entry: Entry, *, key: str, title: str, ticks: "dict[str, int]") -> GateCell:
    ruling = verdict_on(entry, key)
    counted = sum(number for box, number in ticks.items() if box.startswith(f"{key}."))
    missing = missing_report(entry) if key == ORIGINALITY_GATE and not ruling else None
    why = str(label_of(missing)) if missing else ""
    return GateCell(key, title, ruling.verdict if ruling else "", counted, why)
