"""Findings on a training run as pages show them: every figure and expectation as a pair of term and text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from originality.core.trace.finding import Outcome
from originality.curves.words import quantity_name
from originality.tracewords import LEVELS, figure_name
from originality.wording import said
from portal.common.time import kst

LEVEL_TONES = {0: "success", 1: "warning", 2: "danger"}
DATA_SHOWN = 12
Pair = tuple[str, str]
Document = dict[str, Any]


class Row(NamedTuple):
    """One check; `key` names its place on the page, `verdict` is its outcome in words, `tone` that of its badge.

    Missing evidence and a check that does not apply are never painted as a failure.
    """

    key: str
    check: str
    verdict: str
    tone: str
    level: int
    reason: str
    figures: list[Pair]
    expected: list[Pair]
    ground: str
    preconditions: list[Pair]
    spans: list[str]
    data: list[str]
    data_more: int


def finding_rows(report: Document) -> list[Row]:
    """Return the findings in the order of the report."""
    return [_row(finding) for finding in report.get("findings", [])]


def weighing(report: Document) -> list[Row]:
    """Return the findings that ask for an explanation, what weighs most first."""
    return sorted((row for row in finding_rows(report) if row.level), key=lambda row: -row.level)


def counts(report: Document) -> list[Pair]:
    """Return how many checks came out in which way, contradictions first; what is nought stays."""
    rows = report.get("findings", [])
    missing = (Outcome.NOT_SHOWN, Outcome.NOT_APPLICABLE)
    by_level = [(str(LEVELS[level]), sum(row["level"] == level for row in rows)) for level in (2, 1)]
    shown = (str(LEVELS[0]), sum(row["outcome"] == Outcome.SHOWN for row in rows))
    rest = [(said(outcome), sum(row["outcome"] == outcome for row in rows)) for outcome in missing]
    return [(name, f"{count:,}") for name, count in (*by_level, shown, *rest)]


def _row(finding: Document) -> Row:
    data = finding.get("data", [])
    return Row(
        key=finding["check"].replace(" ", "-"),
        check=said(finding["check"]),
        verdict=verdict(finding),
        tone=tone(finding),
        level=finding["level"],
        reason=said(finding.get("reason", "")),
        figures=pairs(finding.get("figure", {})),
        expected=pairs(finding.get("expected", {})),
        ground=said(finding.get("ground", "")),
        preconditions=[(said(row["name"]), _met(row["met"])) for row in finding.get("preconditions", [])],
        spans=[_steps(span) for span in finding.get("spans", [])],
        data=data[:DATA_SHOWN],
        data_more=max(0, len(data) - DATA_SHOWN),
    )


def verdict(finding: Mapping[str, Any]) -> str:
    if finding["outcome"] in (Outcome.NOT_SHOWN, Outcome.NOT_APPLICABLE):
        return said(finding["outcome"])
    return str(LEVELS[finding["level"]])


def tone(finding: Mapping[str, Any]) -> str:
    if finding["outcome"] in (Outcome.NOT_SHOWN, Outcome.NOT_APPLICABLE):
        return "neutral"
    return LEVEL_TONES[finding["level"]]


def _met(met: bool | None) -> str:  # noqa: FBT001 - the three values of a precondition
    if met is None:
        return _("not known")
    return _("holds") if met else _("does not hold")


def _steps(span: Document) -> str:
    name = quantity_name(span["quantity"])
    first, last = f"{span['first']:,}", f"{span['last']:,}"
    if first == last:
        return _("%(name)s, step %(first)s") % {"name": name, "first": first}
    return _("%(name)s, steps %(first)s to %(last)s") % {"name": name, "first": first, "last": last}


def pairs(figures: Mapping[str, Any]) -> list[Pair]:
    """Return named figures as terms and texts; what is null says so."""
    return [(figure_name(name), shown_figure(value)) for name, value in figures.items()]


def shown_figure(value: Any) -> str:
    """Write one figure: numbers with four digits that count, moments in Korean time, lists and objects on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{quantity_name(name)} {shown_figure(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(shown_figure(item) for item in value)
    if value is None or isinstance(value, bool):
        return {None: _("not known"), True: _("holds"), False: _("does not hold")}[value]
    if isinstance(value, int | float):
        return _number(value)
    return _moment(str(value)) or str(value)


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if 1e-3 <= abs(value) < 1e9 or not value else f"{value:.3e}"


def _moment(text: str) -> str:
    if len(text) < len("2026-01-01T00:00") or text[10:11] != "T":
        return ""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return kst(found) if found.tzinfo else ""
