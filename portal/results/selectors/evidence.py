"""The evidence a release cites for one entry: receipt, benchmark results with their error, originality with its nulls."""

from decimal import Decimal
from typing import Any

from evaluation.models import EvaluationRun
from evaluation.selectors import results_of
from originality.models import Comparison, OriginalityRun
from originality.selectors import comparisons_of
from portal.submissions.models import Submission
from portal.submissions.selectors import counting_runs

PLACES = 6  # of figures that are computed in binary: more would be noise


def evidence_of(submission: Submission) -> dict[str, Any]:
    receipt = submission.receipt
    rows = list(submission.runs.select_related("originality"))
    return {
        "submission": submission.digest,
        "receipt": {
            "number": receipt.number,
            "digest": receipt.digest,
            "issued_at": receipt.issued_at.isoformat(timespec="seconds"),
        },
        "benchmarks": [_benchmark(run) for run in counting_runs(submission)],
        "originality": [
            _comparison(comparison, row.originality)
            for row in rows
            if row.originality
            for comparison in comparisons_of(row.originality)
        ],
    }


def _benchmark(run: EvaluationRun) -> dict[str, Any]:
    return {
        "run": str(run.pk),
        "suite": f"{run.suite.name}/{run.suite.version}",
        "suite_digest": run.suite.digest,
        "bundle": run.bundle.digest,
        "results": [
            {
                "task": row.task,
                "metric": row.metric,
                "value": row.value,
                "stderr": row.stderr or None,
                "n": row.n,
                "higher_is_better": row.higher_is_better,
            }
            for row in results_of(run)
        ],
    }


def _comparison(comparison: Comparison, run: OriginalityRun) -> dict[str, Any]:
    return {
        "run": str(run.pk),
        "plan_digest": run.plan_digest,
        "report": comparison.document.sha256,
        "reference": comparison.reference.name,
        "revision": comparison.reference.revision,
        "public_since": comparison.reference.public_since.isoformat(),
        "level": comparison.level,
        "outcome": comparison.outcome,
        "declared": comparison.declared,
        "alignment": comparison.alignment,
        "z": decimal_text(comparison.z),
        "r2": decimal_text(comparison.r2),
        "coverage": decimal_text(comparison.coverage),
        "share": decimal_text(comparison.share),
        "scores": [_score(row) for row in comparison.report["scores"]],
    }


def _score(row: dict[str, Any]) -> dict[str, Any]:
    """A similarity never stands without what unrelated models give."""
    return {
        "name": row["name"],
        "value": decimal_text(row["value"]),
        "null_mean": decimal_text(row["null_mean"]),
        "null_sd": decimal_text(row["null_sd"]),
        "null_source": row["null_source"],
        "unrelated_mean": decimal_text(row.get("registry_mean")),
        "unrelated_pairs": row.get("registry_pairs", 0),
        "percentile": decimal_text(row.get("control_percentile")),
    }


def decimal_text(value: float | None) -> str | None:
    """A binary figure as plain decimal text."""
    return None if value is None else format(Decimal(repr(round(float(value), PLACES))), "f")
