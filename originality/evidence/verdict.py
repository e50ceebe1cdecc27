"""What one comparison comes to in words: outcome, direction with its dates, coverage and detection limit."""

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from originality.enums import Level
from originality.evidence.text import Cell, Row, level_cell, percent
from originality.models import Comparison
from originality.wording import said

OUTCOMES = {
    "no trace": "neutral",
    "not comparable": "neutral",
    "anomaly": "info",
    "common origin": "warning",
    "identical": "danger",
    "own lineage": "success",
}


class Direction(NamedTuple):
    """Common origin is symmetric; the dates are what can be said of time."""

    text: str
    reference_public_since: str
    candidate_earliest_deposit: str


class Coverage(NamedTuple):
    name: str
    share: str


def outcome_of(report: Row) -> str:
    """Return the outcome's word; reports of before that field have levels alone."""
    overall = report["global"]
    if not overall.get("comparable", True):
        return "not comparable"
    by_level = ("no trace", "anomaly", "common origin", "identical")
    return str(overall.get("outcome") or by_level[overall["level"]])


def overall_cell(comparison: Comparison) -> Cell:
    """Return the outcome as a badge. A comparison that could not be made is not one without a trace."""
    outcome = outcome_of(comparison.report)
    if outcome == "not comparable":
        return level_cell(Level.NO_TRACE, _("Could not be compared"))
    if outcome == "own lineage":
        return Cell(comparison.level, OUTCOMES[outcome], _("Own lineage, declared"))
    return level_cell(comparison.level)


def is_finding(comparison: Comparison) -> bool:
    """Say whether the team has a right of reply: level 2 or 3, and not its own declared earlier model."""
    return comparison.level >= Level.COMMON_ORIGIN and outcome_of(comparison.report) != "own lineage"


def direction_of(report: Row, *, public_since: date | None) -> Direction:
    found = report.get("direction", "direction not determined")
    row = found if isinstance(found, dict) else {"text": found}
    known = row.get("reference_public_since") or report["reference"].get("public_since")
    return Direction(
        text=said(row.get("text") or "direction not determined"),
        reference_public_since=_unbroken(known or public_since),
        candidate_earliest_deposit=_unbroken(row.get("candidate_earliest_deposit")),
    )


def _unbroken(day: object) -> str:
    """Write a day so that no line breaks within it."""
    return str(day or "").replace("-", "\N{NON-BREAKING HYPHEN}")


def coverages(report: Row) -> list[Coverage]:
    """Say which share of the candidate's parameters each kind of test saw."""
    names = {
        "any": _("any test"),
        "signs": _("sign test"),
        "permutation": _("permutation tests"),
        "exact": _("exact equality and variance"),
        "trained": _("trained at all"),
    }
    found: dict[str, float] = report["coverage"]
    return [Coverage(names.get(key, key), percent(share, digits=2)) for key, share in found.items()]


def detection_limit(report: Row) -> str:
    """Return the smallest R² that some block of this pair could have shown, and where some are blind alone, that too."""
    range_ = report["global"].get("detectable_r2")
    if range_:
        finest, coarsest = f"{range_['finest']:.4f}", f"{range_['coarsest']:.4f}"
        if range_["coarsest"] >= 1:
            return _("%(finest)s; some blocks are too small to show anything on their own") % {"finest": finest}
        return _("%(finest)s in the largest block to %(coarsest)s in the smallest") % {
            "finest": finest,
            "coarsest": coarsest,
        }
    limits = [row["detectable_r2"] for row in report["modules"] if row.get("detectable_r2") is not None]
    return f"{min(limits):.4f}" if limits else ""
