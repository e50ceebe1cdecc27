"""Comparisons of a phase as the page draws them and as the JSON gives them."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import get_language

from evaluation.models import Suite
from portal.consortia.models import Entry
from portal.measurements.models import PairedComparison
from portal.programmes.models import Phase

WIDTH, HEIGHT, MARGIN = 200, 24, 8  # of one interval, in pixels
SIGNIFICANT = Decimal("0.05")
SCHEMA = "phase-comparisons/1"


class Bar(NamedTuple):
    """Places of an interval in its drawing; zero is in the middle of every drawing of a table."""

    low: str
    high: str
    at: str


class PairLine(NamedTuple):
    first: str
    second: str
    pair: dict[str, Any]
    bar: Bar | None
    differs: bool


class Family(NamedTuple):
    """All pairs of entries on one task and metric."""

    title: str
    task: str
    metric: str
    lines: list[PairLine]


def latest_comparisons(phase: Phase) -> list[PairedComparison]:
    """Of each suite the newest that has a document, else the newest."""
    chosen: dict[int, PairedComparison] = {}
    for row in PairedComparison.objects.filter(phase=phase).select_related("suite", "job", "phase").order_by("pk"):
        known = chosen.get(row.suite_id)
        if known is None or row.document is not None or known.document is None:
            chosen[row.suite_id] = row
    return sorted(chosen.values(), key=lambda row: (row.suite.name, row.suite.version))


def families_of(row: PairedComparison) -> list[Family]:
    names = entry_names(row.phase)
    titles = task_titles(row.suite)
    return [_family(found, titles, names) for found in (row.document or {}).get("tasks", [])]


def _family(found: dict[str, Any], titles: dict[str, str], names: dict[str, str]) -> Family:
    span = max((abs(Decimal(pair[end])) for pair in found["pairs"] for end in ("low", "high") if pair[end]), default=0)
    lines = [_line(pair, Decimal(span), names) for pair in found["pairs"]]
    return Family(titles.get(found["task"], found["task"]), found["task"], found["metric"], lines)


def _line(pair: dict[str, Any], span: Decimal, names: dict[str, str]) -> PairLine:
    """`differs` where chance gives as much in fewer than one of twenty families."""
    bar = None
    if pair["difference"] is not None:
        bar = Bar(*(_place(Decimal(pair[name]), span) for name in ("low", "high", "difference")))
    differs = pair["p_holm"] is not None and Decimal(pair["p_holm"]) < SIGNIFICANT
    return PairLine(
        names.get(pair["first"], pair["first"]), names.get(pair["second"], pair["second"]), pair, bar, differs
    )


def _place(value: Decimal, span: Decimal) -> str:
    share = value / span if span else Decimal(0)
    return f"{WIDTH / 2 + float(share) * (WIDTH / 2 - MARGIN):.1f}"


def entry_names(phase: Phase) -> dict[str, str]:
    """Code → the name that the reader's language gives the consortium."""
    rows = Entry.objects.filter(phase=phase).select_related("consortium")
    return {row.code: f"{row.consortium.name} ({row.code})" for row in rows}


def task_titles(suite: Suite) -> dict[str, str]:
    language = "en" if get_language() == "en" else "ko"
    return {task["name"]: task["title"][language] for task in suite.document["tasks"]}


def comparisons_document(phase: Phase) -> dict[str, Any]:
    """Every comparison with its inputs, so that whoever holds the answers can make it again."""
    rows = [row for row in latest_comparisons(phase) if row.document is not None]
    return {
        "schema": SCHEMA,
        "phase": phase.slug,
        "comparisons": [
            {
                "suite": str(row.suite),
                "inputs": row.inputs,
                "inputs_digest": row.inputs_digest,
                "digest": row.digest,
                "document": row.document,
            }
            for row in rows
        ],
    }
