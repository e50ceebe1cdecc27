"""The weights against the registry: outcome first, each figure beside what unrelated models give and what could have been seen."""

from typing import Any

from django.db.models import F

from originality.enums import RunState
from originality.evidence.verdict import outcome_of
from originality.models import Comparison, OriginalityRun
from originality.selectors import comparisons_of, run_state, undeclared_findings, waiting_line
from portal.dossiers.documents import figure
from portal.submissions.enums import RunKind
from portal.submissions.models import Submission

SHOWN = 5  # references on the page, highest level first; the others are on the page of the report


def originality_run(submission: Submission) -> OriginalityRun | None:
    row = submission.runs.filter(kind=RunKind.ORIGINALITY).select_related("originality__job").first()
    return row.originality if row else None


def weights(submission: Submission) -> dict[str, Any]:
    run = originality_run(submission)
    if run is None:
        return {"state": None}
    state = run_state(run)
    found: dict[str, Any] = {"state": state, "run": run.pk, "plan_digest": run.plan_digest}
    if state != RunState.DONE:
        return {**found, "waiting": waiting_line(run)}
    rows = comparisons_of(run)
    shown = list(rows.order_by("-level", F("z").desc(nulls_last=True), "reference__name")[:SHOWN])
    references = rows.count()
    return {
        **found,
        "references": references,
        "level": shown[0].level if shown else None,
        "comparisons": [_comparison(row) for row in shown],
        "others": references - len(shown),
        "undeclared": [row.reference.name for row in undeclared_findings(run)],
        "binding": run.binding,
        "limits": sorted({text for row in shown for text in row.report.get("limits", [])}),
    }


def _comparison(row: Comparison) -> dict[str, Any]:
    """`null` is what unrelated models give for z and the agreement; `detectable_r2` the smallest R² that would have been seen."""
    pooled = row.report["global"]["pooled"].get(row.alignment) or {}
    return {
        "reference": row.reference.name,
        "reference_key": row.reference_id,
        "reference_digest": row.reference.digest,
        "public_since": row.reference.public_since,
        "level": row.level,
        "outcome": outcome_word(row),
        "declared": row.declared,
        "alignment": row.alignment,
        "z": None if row.z is None else f"{row.z:.2f}",
        "units": pooled.get("n"),
        "agreement": _percent(pooled.get("agreement")),
        "null": {"z": "0", "sd": "1", "agreement": "50"},
        "log10_p_adj": pooled.get("log10_p_adj"),
        "r2": None if row.r2 is None else f"{row.r2:.4f}",
        "detectable_r2": _range(row.report["global"].get("detectable_r2")),
        "coverage": _percent(row.coverage),
        "share": _percent(row.share),
    }


def outcome_word(row: Comparison) -> str:
    """The outcome as the row repeats it; of reports made before that column, as the report says it."""
    return row.outcome or outcome_of(row.report)


def _percent(share: float | None) -> str | None:
    return None if share is None else figure(round(100 * share, 2))


def _range(found: dict[str, float] | None) -> dict[str, str] | None:
    return {name: f"{value:.4f}" for name, value in found.items()} if found else None
