"""What others than the team read of reported scores, and from when."""

from typing import Any, NamedTuple

from portal.consortia.models import Entry
from portal.measurements.models import Report, ReportedFigure, Reproduction
from portal.measurements.selectors.reported import (
    places_of,
    reproductions_of,
    shows_reports,
    standing_reports,
)
from portal.programmes.models import Phase
from portal.programmes.ruleset.vocabulary import NEVER, STAGES


class ReportedEvidence(NamedTuple):
    """What a panel reads on one entry: the scores that count, and the figures that were run again."""

    reports: list[Report]
    reproductions: list[Reproduction]


def reported_evidence(entry: Entry) -> ReportedEvidence:
    """Empty while a team could still change a figure. Whoever shows it asks the own policy first."""
    if not shows_reports(entry.phase) or not places_of(entry.phase):
        return ReportedEvidence([], [])
    reports = standing_reports(entry.phase).filter(entry=entry).prefetch_related("figures")
    return ReportedEvidence(list(reports), list(reproductions_of(entry)))


def verdicts_are_public(phase: Phase) -> bool:
    """From the stage at which the frozen rules open points of parts to the public; never where they do not."""
    if phase.ruleset is None:
        return False
    stage = phase.ruleset.document["disclosure"].get("part_points", {}).get("public", NEVER)
    return stage != NEVER and STAGES.index(phase.state) >= STAGES.index(stage)


def report_summary(report: Report) -> dict[str, Any]:
    """A report as a document for its own team."""
    return {
        "entry": report.entry_id,
        "phase": report.entry.phase.slug,
        "part": report.part,
        "item": report.item,
        "version": report.version,
        "value": report.value,
        "stderr": report.stderr or None,
        "factor": report.factor,
        "harness": report.harness,
        "log": report.log.digest,
        "digest": report.digest,
        "reported_at": report.reported_at.isoformat(),
        "figures": [_figure(row) for row in report.figures.all()],
    }


def _figure(row: ReportedFigure) -> dict[str, Any]:
    again: Reproduction | None = getattr(row, "reproduction", None)
    names = ("state", "value", "stderr", "n", "difference", "low", "high", "method", "cause")
    return {
        "code": row.code,
        "key": f"{row.task}/{row.metric},{row.filter}",
        "value": row.value,
        "stderr": row.stderr or None,
        "n": row.n,
        "runs": row.runs,
        "reproduction": None if again is None else {name: getattr(again, name) or None for name in names},
    }
