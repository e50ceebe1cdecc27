"""What the components of overlaps and rewordings need. `{% load contamination %}`."""

from decimal import Decimal
from typing import Any

from django import template

from evaluation.contamination import selectors
from evaluation.contamination.models import ContaminationRun
from evaluation.models import EvaluationRun

register = template.Library()
SMALLEST = Decimal("0.0001")


@register.simple_tag
def overlap_rows(run: ContaminationRun) -> list[selectors.TaskOverlap]:
    return selectors.overlap_rows(run)


@register.simple_tag
def gap_rows(run: EvaluationRun) -> list[selectors.Gap]:
    return selectors.gaps_of(run)


@register.simple_tag
def sample_facts(run: ContaminationRun) -> dict[str, Any]:
    """Counts of the sample with its size in MB, for a sentence."""
    sample = (run.report or {})["sample"]
    return {**sample, "mb": max(1, sample["bytes"] // 10**6)}


@register.simple_tag
def control_facts(run: ContaminationRun) -> dict[str, Any]:
    """All control texts together, and the largest share that chance may flag."""
    rows = (run.report or {})["control"].values()
    highest = max(Decimal(row["at_most"]) for row in rows)
    return {
        "texts": sum(row["texts"] for row in rows),
        "flagged": sum(row["flagged"] for row in rows),
        "percent": f"{100 * highest:.1f}",
    }


@register.filter
def percent(share: str) -> str:
    """A share given as decimal text."""
    return f"{100 * Decimal(share):.0f} %" if share else ""


@register.filter
def chance_text(p: str) -> str:
    """How likely chance gives as much; very small ones as a bound."""
    if not p:
        return ""
    return f"< {SMALLEST}" if Decimal(p) < SMALLEST else f"{Decimal(p):.4f}"
