"""Runs as programs read them: every figure with its null, its coverage and the limits of what can be told."""

from typing import Any

from originality.models import Comparison, OriginalityRun
from originality.selectors import comparisons_of, highest_level, part_states, run_state
from portal.jobs.selectors import explain, progress_of, why_waiting


def run_summary(run: OriginalityRun) -> dict[str, Any]:
    """`level` is the highest over all references, None while there is no result."""
    job = run.job
    return {
        "id": str(run.pk),
        "bundle": run.bundle.digest,
        "plan_digest": run.plan_digest,
        "state": run_state(run).value,
        "waiting": why_waiting(job) if job else "",
        "failure": explain(job) if job else "",
        "progress": progress_of(job) if job else {},
        "parts": [
            {"side": row.part.side, "number": row.part.number, "of": row.part.of, "state": row.state.value}
            for row in part_states(run)
        ],
        "created": run.created.isoformat(),
        "level": highest_level(run),
    }


def comparison_summaries(run: OriginalityRun) -> list[dict[str, Any]]:
    return [_comparison(row) for row in comparisons_of(run)]


def _comparison(row: Comparison) -> dict[str, Any]:
    """The pooled row has z beside its null, the number of units, the agreement, the adjusted p and the control."""
    found = row.report
    return {
        "reference": {
            "id": row.reference_id,
            "name": row.reference.name,
            "digest": row.reference.digest,
            "public_since": row.reference.public_since.isoformat(),
        },
        "level": row.level,
        "outcome": row.outcome,
        "declared": row.declared,
        "alignment": row.alignment,
        "pooled": found["global"]["pooled"].get(row.alignment),
        "coverage": found["coverage"],
        "share_of_parameters_common_origin": row.share,
        "tests_tried": found["tests_tried"],
        "direction": found["direction"],
        "not_made": found["not_made"],
        "limits": found["limits"],
    }
