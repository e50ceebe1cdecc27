"""What the team declares to be reused beside what the tests found."""

from typing import Any

from originality.evidence.verdict import outcome_of
from originality.selectors import DeclaredRow, declared_of, undeclared_findings
from portal.dossiers.selectors.weights import originality_run
from portal.submissions.models import Submission
from portal.submissions.selectors.evidence import declared_components


def components(submission: Submission) -> dict[str, Any]:
    run = originality_run(submission)
    tested = {row.name: row for row in declared_of(run)} if run else {}
    return {
        "declared": [
            {
                "part": row.part,
                "name": row.name,
                "origin": row.origin,
                "licence": row.licence,
                "training": row.training,
                "percent": row.percent,
                "ancestors": [{"name": one.name, "digest": one.digest} for one in row.ancestors],
                "tested": _tested(tested.get(row.name)),
            }
            for row in declared_components(submission)
        ],
        "undeclared": [
            {"reference": row.reference.name, "outcome": outcome_of(row.report), "level": row.level}
            for row in (undeclared_findings(run) if run else [])
        ],
    }


def _tested(row: DeclaredRow | None) -> dict[str, Any] | None:
    """None where the registry holds no reference that the part names: it could not be tested."""
    if row is None or row.comparison is None:
        return None
    found = row.comparison
    return {
        "reference": found.reference.name,
        "outcome": outcome_of(found.report),
        "level": found.level,
        "own": row.own,
    }
