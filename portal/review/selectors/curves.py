"""Training curves of a phase's entries in one drawing: whose evidence the viewer may see, each by steps or by tokens."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.urls import reverse

from originality import curves as drawn
from originality.models import TraceRun
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.policies.rules import view
from portal.review.policies.table import Subject
from portal.submissions.enums import RunKind
from portal.submissions.selectors import current_submission

MOST = 5  # curves in one drawing: as many as can be told apart without colour
POINTS = 700


class Team(NamedTuple):
    """An entry with a series to draw."""

    entry: Entry
    run: TraceRun

    @property
    def label(self) -> str:
        return f"{self.entry.code} · {self.entry.consortium.name}"


class Row(NamedTuple):
    team: Team
    curve: drawn.Curve
    restarts: int


def teams_of(viewer: Viewer, phase: Phase) -> list[Team]:
    """Return the entries whose logs have been read and whose evidence is open to the viewer."""
    entries = phase.entries.select_related("consortium", "phase").order_by("code")
    found = [(entry, _run(entry)) for entry in entries if view(viewer, Subject.EVIDENCE, entry).allowed]
    return [Team(entry, run) for entry, run in found if run is not None]


def _run(entry: Entry) -> TraceRun | None:
    submission = current_submission(entry)
    row = submission.runs.filter(kind=RunKind.TRACE).select_related("trace__series").first() if submission else None
    return row.trace if row and row.trace and row.trace.series_id else None


def side_by_side(teams: Sequence[Team], *, quantity: str, axis: str, log: bool) -> dict[str, Any]:
    """Return what the page draws and the same as a table; a team whose log has no such series is named as such."""
    rows, without = [], []
    for team in teams[:MOST]:
        with drawn.opened(team.run) as source:
            if source is None or not {quantity, "tokens" if axis == "tokens" else quantity} <= set(source.quantities):
                without.append(team)
                continue
            curve = drawn.curve_of(source, quantity, points=POINTS, axis=axis)
            rows.append(Row(team, curve, len(drawn.seams_of(team.run, quantity))))
    labels = [row.team.label for row in rows]
    return {
        "rows": rows,
        "without": without,
        "drawing": drawn.draw([row.curve for row in rows], log=log, labels=labels),
        "sources": json.dumps([{"url": _address(row, quantity, axis), "label": row.team.label} for row in rows]),
    }


def _address(row: Row, quantity: str, axis: str) -> str:
    url = reverse("originality:curve-data", kwargs={"trace": row.team.run.pk})
    return f"{url}?quantity={quantity}&x={axis}"
