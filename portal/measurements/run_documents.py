"""A run as JSON: what was asked for, what the child saw, every figure, how it stands, and where its answers are."""

from typing import Any

from evaluation.models import EvaluationRun
from evaluation.registry import answers_place
from portal.common.viewer import Viewer
from portal.jobs.selectors import explain, why_waiting
from portal.measurements.selectors.runs import row_of
from portal.submissions.selectors.counting import standing_of

SCHEMA = "benchmark-run/1"


def run_document(run: EvaluationRun, *, viewer: Viewer) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "run": str(run.pk),
        "suite": {"name": run.suite.name, "version": run.suite.version, "digest": run.suite.digest},
        "bundle": run.bundle.digest,
        "state": run.job.state,
        "waiting": why_waiting(run.job),
        "error": explain(run.job),
        "progress": run.job.progress,
        "inputs": run.inputs,
        "inputs_digest": run.inputs_digest,
        "seen": run.seen,
        "seconds": run.seconds or None,
        "requested_at": run.created.isoformat(timespec="seconds"),
        **_standing(run),
        "results": [
            {name: getattr(row, name) for name in ("task", "metric", "value", "stderr", "n", "higher_is_better")}
            for row in run.results.order_by("id")
        ],
        "answers": answers_place(viewer, run) or None,
        "answers_digest": run.samples.sha256 if run.samples else None,
    }


def _standing(run: EvaluationRun) -> dict[str, Any]:
    """Whether its figures count, and why it was run again or set aside; nothing for runs along a training."""
    row = row_of(run)
    if row is None:
        return {"standing": None}
    standing = next(found for other, found in standing_of(row).rows if other.pk == row.pk)
    return {"standing": standing.value, "reason": row.reason or None, "set_aside_reason": row.set_aside_reason or None}
