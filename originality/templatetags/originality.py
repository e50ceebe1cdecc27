"""What the components under templates/originality/ need; a page only includes a component with its run."""

from typing import Any

from django import template

from originality import evidence, wording
from originality.curve import Curve, curve_of
from originality.enums import PartKind
from originality.evidence import code as code_rows
from originality.evidence import findings
from originality.logwords import log_sentence
from originality.models import CodeRun, Comparison, OriginalityRun
from originality.selectors import comparisons_of

register = template.Library()


@register.simple_tag
def comparisons(run: OriginalityRun) -> list[dict[str, Any]]:
    """Return every comparison of a run with all that its tables show, highest level first."""
    return [_shown(comparison) for comparison in comparisons_of(run)]


def _shown(comparison: Comparison) -> dict[str, Any]:
    report = comparison.report
    return {
        "comparison": comparison,
        "reference": comparison.reference,
        "level": evidence.overall_cell(comparison),
        "summary": evidence.summary_figures(comparison),
        "figures": evidence.figures(report),
        "pooled": evidence.pooled_rows(report),
        "maps": evidence.module_maps(report),
        "direction": evidence.direction_of(report, public_since=comparison.reference.public_since),
        "is_finding": evidence.is_finding(comparison),
        "report": report,
    }


@register.filter
def said(sentence: str) -> str:
    return wording.said(sentence)


@register.simple_tag
def small_curve(points: list[list[float]] | None) -> Curve | None:
    return curve_of(points or [])


@register.simple_tag
def findings_of(report: dict[str, Any]) -> list[findings.Row]:
    return findings.finding_rows(report)


@register.filter
def measurement(kind: str) -> str:
    """What a job measured, by the name of its part."""
    return str(PartKind(kind).label) if kind in PartKind.values else kind


@register.filter
def outcome_tone(outcome: str) -> str:
    """Missing evidence is never painted as a failure."""
    return {"shown": "success", "bound": "success"}.get(outcome, "neutral")


@register.filter
def figure(value: float) -> str:
    return f"{value:,.4g}"


@register.filter
def as_percent(share: float | None, digits: int = 1) -> str:
    return evidence.percent(share, digits=digits)


@register.simple_tag
def code_tables(run: CodeRun) -> dict[str, Any] | None:
    """Return the columns, projects and corpora of a comparison of code, None while there is none."""
    report = run.report
    if report is None:
        return None
    return {
        "columns": code_rows.columns_of(report),
        "projects": code_rows.projects_of(report),
        "corpora": code_rows.nulls_of(report),
    }


@register.filter
def code_column(column: str) -> str:
    return code_rows.column_name(column)


@register.filter
def logged(text: str) -> str:
    """Say what the reader of logs found in the language of the page."""
    return log_sentence(text)
