"""What the training logs show: the checks by how far they weigh, and the loss as a small curve."""

from typing import Any

from originality.core.trace.declaration import declaration_document
from originality.enums import RunState
from originality.models import TraceRun
from originality.selectors import run_state
from portal.submissions.enums import RunKind
from portal.submissions.models import Submission
from portal.submissions.selectors.training import declared_training

CURVE_POINTS = 160
NOT_SHOWN, NOT_APPLICABLE = "not shown", "not applicable"
READ_IN = ("deviates", "shown", NOT_SHOWN, NOT_APPLICABLE)  # within a level


def trace_run(submission: Submission) -> TraceRun | None:
    row = submission.runs.filter(kind=RunKind.TRACE).select_related("trace__job").first()
    return row.trace if row else None


def logs(submission: Submission) -> dict[str, Any]:
    run = trace_run(submission)
    told = training(submission)
    if run is None:
        return {"state": None, "declared": told}
    state = run_state(run)
    found: dict[str, Any] = {"state": state, "run": run.pk, "declared": told}
    if state != RunState.DONE or not run.report:
        return found
    findings = [_finding(row) for row in run.report.get("findings", [])]
    return {
        **found,
        "report_schema": run.report.get("schema", ""),
        "counts": {
            "as_expected": sum(row["outcome"] == "shown" and row["level"] == 0 for row in findings),
            "to_explain": sum(row["level"] == 1 for row in findings),
            "contradictions": sum(row["level"] == 2 for row in findings),
            "not_shown": sum(row["outcome"] == NOT_SHOWN for row in findings),
            "not_applicable": sum(row["outcome"] == NOT_APPLICABLE for row in findings),
        },
        "findings": sorted(findings, key=lambda row: (-row["level"], READ_IN.index(row["outcome"]))),
        "faults": run.report.get("faults_total", len(run.report.get("faults", []))),
        "missing": run.report.get("missing", []),
        "curve": curve_points(run),
        "limits": run.report.get("limits", []),
    }


def training(submission: Submission) -> dict[str, Any] | None:
    """What the team declares of its training; None without a declaration, and where it says nothing, the key is left out."""
    declared = declared_training(submission)
    if declared is None:
        return None
    document = declaration_document(declared)
    return {key: value for key, value in document.items() if value not in (None, "", [], ())}


def _finding(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("check", "outcome", "level", "figure", "expected", "reason", "ground")}


def curve_points(run: TraceRun) -> list[list[float]]:
    """Pairs of step and loss, few enough for a line of a hand's breadth; the first and the last point stay."""
    report = run.report or {}
    curves = report.get("curves") or (run.logs or {}).get("curves") or {}
    points = [pair[:2] for pair in curves.get("loss", []) if pair[1] is not None and pair[1] == pair[1]]  # no NaN
    stride = max(1, -(-len(points) // CURVE_POINTS))
    kept = points[::stride]
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]
