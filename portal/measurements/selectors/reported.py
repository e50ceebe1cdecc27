"""Reads of reported scores: which items they are for, which version counts, what the tally takes."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from portal.artifacts.models import Bundle
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.consortia.selectors import STILL_IN
from portal.measurements.enums import DrawState, Effect, ReproductionState
from portal.measurements.logs import mean_text
from portal.measurements.models import Report, ReportedFigure, Reproduction, ReproductionDraw
from portal.programmes.models import Phase
from portal.programmes.ruleset import Item, Part, parse_ruleset
from portal.submissions.enums import Role
from portal.submissions.models import SubmissionItem
from portal.submissions.selectors.deadline import window_of

FROZEN_IN = ("closed", "scoring", "sealed", "tallied", "decided", "notified", "objection", "final", "archived")
OPEN_REPRODUCTIONS = (
    ReproductionState.DRAWN,
    ReproductionState.RUNNING,
    ReproductionState.FAILED,
    ReproductionState.DIFFERS,
    ReproductionState.EXPLAINED,
)


class Place(NamedTuple):
    """An item of the rules that teams report themselves."""

    part: Part
    item: Item

    @property
    def key(self) -> str:
        return f"{self.part.key}/{self.item.key}"

    @property
    def address(self) -> str:
        """The same in the path of a page."""
        return f"{self.part.key}.{self.item.key}"


class PlaceRow(NamedTuple):
    """One item of a team's page: the version that stands, and those before it."""

    place: Place
    report: Report | None
    earlier: list[Report]


def places_of(phase: Phase) -> list[Place]:
    if phase.ruleset is None:
        return []
    parts = parse_ruleset(phase.ruleset.document).parts
    return [Place(part, item) for part in parts for item in part.items if item.source.kind == "team_report"]


def standing_reports(phase: Phase) -> QuerySet[Report]:
    """The last version per entry and item: the one that counts when the deadline has passed."""
    same = Report.objects.filter(entry=OuterRef("entry"), part=OuterRef("part"), item=OuterRef("item"))
    last = same.order_by("-version").values("pk")[:1]
    rows = Report.objects.filter(entry__phase=phase, pk=Subquery(last)).select_related("entry__consortium", "log")
    return rows.order_by("entry__code", "part", "item")


def rows_for(entry: Entry) -> list[PlaceRow]:
    """Every item of the entry's rules that it reports, with its versions, the newest first."""
    found: dict[tuple[str, str], list[Report]] = {}
    for report in Report.objects.filter(entry=entry).prefetch_related("figures__reproduction").order_by("-version"):
        found.setdefault((report.part, report.item), []).append(report)
    rows = []
    for place in places_of(entry.phase):
        versions = found.get((place.part.key, place.item.key), [])
        rows.append(PlaceRow(place, versions[0] if versions else None, versions[1:]))
    return rows


def logs_of(entry: Entry) -> list[Bundle]:
    """Bundles that the team gave the part "own benchmark results" in a draft or hand-in of this entry, each once."""
    items = SubmissionItem.objects.filter(
        submission__entry=entry, role=Role.BENCHMARK_RESULTS, bundle__destroyed_at=None, bundle__isnull=False
    ).select_related("bundle")
    return list({item.bundle_id: item.bundle for item in items.order_by("-pk") if item.bundle}.values())


def takes_reports(entry: Entry) -> bool:
    """Until the entry's deadline, and not once the pool of a draw has been closed."""
    return window_of(entry).is_open and not pool_is_closed(entry.phase)


def pool_is_closed(phase: Phase) -> bool:
    return ReproductionDraw.objects.filter(phase=phase, state__in=(DrawState.CLOSED, DrawState.DRAWN)).exists()


def shows_reports(phase: Phase) -> bool:
    """The office and the panel read figures once no team can change one any more."""
    return phase.state in FROZEN_IN


def reported_measurements(phase: Phase) -> list[dict[str, Any]]:
    """Return the reported values in the form of the tally's input; nothing before receiving has closed.

    A figure whose difference was upheld is replaced by the reproduced one where the published rule says so.
    """
    if not shows_reports(phase):
        return []
    places = {(place.part.key, place.item.key): place for place in places_of(phase)}
    reports = [row for row in standing_reports(phase) if row.entry.state != EntryState.WITHDRAWN]
    return [_measurement(row, places[row.part, row.item]) for row in reports if (row.part, row.item) in places]


def _measurement(report: Report, place: Place) -> dict[str, Any]:
    replaced = _replaced(report)
    source = {"report": report.digest, "log": report.log.digest}
    return {
        "entry": report.entry.code,
        "part": report.part,
        "item": report.item,
        "value": counted_value(report),
        "stderr": report.stderr if report.stderr and not replaced else None,
        "target": None if place.item.target is None else str(place.item.target),
        "source": source | ({"replaced": ", ".join(sorted(row.figure.code for row in replaced))} if replaced else {}),
    }


def _replaced(report: Report) -> list[Reproduction]:
    rows = Reproduction.objects.filter(
        figure__report=report, state=ReproductionState.UPHELD, draw__effect=Effect.REPLACE
    )
    return list(rows.select_related("figure"))


def counted_value(report: Report) -> str:
    """The value that the tally takes: the mean of the figures, with the reproduced ones where they take the place."""
    replaced = {row.figure_id: row.value for row in _replaced(report)}
    if not replaced:
        return report.value
    figures = list(report.figures.order_by("number").values_list("pk", "value"))
    return scaled([replaced.get(pk, value) for pk, value in figures], factor=report.factor)


def scaled(values: list[str], *, factor: int) -> str:
    """The mean of figures in the unit of the rules.

    >>> scaled(["0.725"], factor=100), scaled(["0.5", "0.6"], factor=1)
    ('72.5', '0.55')
    """
    number = (Decimal(mean_text(values)) * factor).normalize()
    return format(number, "f")


def draw_of(phase: Phase) -> ReproductionDraw | None:
    """The draw that stands: at most one per phase that was not set aside."""
    return ReproductionDraw.objects.filter(phase=phase).exclude(state=DrawState.VOID).first()


def pool_of(phase: Phase) -> list[ReportedFigure]:
    """Figures of the versions that count, of entries that are still in, in the order of their codes."""
    reports = standing_reports(phase).filter(entry__state__in=STILL_IN)
    figures = ReportedFigure.objects.filter(report__in=list(reports)).select_related("report__entry")
    return sorted(figures, key=lambda row: row.code)


def reproductions_in(phase: Phase) -> QuerySet[Reproduction]:
    rows = Reproduction.objects.filter(draw__phase=phase)
    return rows.select_related("figure__report__entry__consortium", "draw", "suite", "run__job", "reply")


def reproductions_of(entry: Entry) -> QuerySet[Reproduction]:
    return reproductions_in(entry.phase).filter(figure__report__entry=entry)


def open_reproductions(phase: Phase) -> list[str]:
    """Codes of drawn figures without an end: the tally waits for them."""
    rows = Reproduction.objects.filter(draw__phase=phase, state__in=OPEN_REPRODUCTIONS)
    rows = rows.exclude(figure__report__entry__state=EntryState.WITHDRAWN)
    return list(rows.order_by("figure__code").values_list("figure__code", flat=True))
