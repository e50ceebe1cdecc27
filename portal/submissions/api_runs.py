"""Runs of a hand-in over the API: how each stands, and the raw figures of the suites with the run that counts."""

from typing import Any

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.selectors import cost_of, results_of
from portal.submissions.api import UPLOAD, owned_submission
from portal.submissions.enums import Standing
from portal.submissions.models import SubmissionRun
from portal.submissions.selectors.counting import run_of, standings_of
from portal.submissions.selectors.runs import runs_of


@UPLOAD
@api_view(["GET"])
def runs(request: Request, submission: int) -> Response:
    """List the runs of one of the account's hand-ins, the oldest first. Answers to single items are not among it."""
    row = owned_submission(request, submission)
    standing = {other.pk: found for group in standings_of(row) for other, found in group.rows}
    listed = [
        {
            "id": found.row.pk,
            "kind": found.row.kind,
            "state": found.row.job.state,
            "explanation": found.status.explanation,
            "requested_at": found.row.requested_at.isoformat(timespec="seconds"),
            **_benchmark(found.row, standing),
        }
        for found in runs_of(row)
    ]
    return Response({"submission": row.pk, "digest": row.digest, "runs": listed})


def _benchmark(row: SubmissionRun, standing: dict[int, Standing]) -> dict[str, Any]:
    if row.benchmark is None:
        return {}
    run, cost = run_of(row), cost_of(run_of(row))
    return {
        "run": str(run.pk),
        "suite": str(run.suite),
        "standing": standing[row.pk].value,
        "reason": row.reason or None,
        "set_aside_reason": row.set_aside_reason or None,
        "inputs_digest": run.inputs_digest,
        "cost": cost._asdict() if cost else None,
        "results": [
            {name: getattr(found, name) for name in ("task", "metric", "value", "stderr", "n", "higher_is_better")}
            for found in results_of(run)
        ],
    }
