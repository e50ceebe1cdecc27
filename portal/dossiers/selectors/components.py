"""What the team declares to be reused beside what the tests found."""

from typing import Any

from originality.models import Comparison, OriginalityRun
from originality.selectors import comparisons_of, undeclared_findings
from portal.dossiers.selectors.weights import originality_run, outcome_word
from portal.submissions.models import Submission
from portal.submissions.selectors.evidence import declared_components


def components(submission: Submission) -> dict[str, Any]:
    run = originality_run(submission)
    tested = _tested(run) if run else {}
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
                "tested": tested.get((row.part, row.name)),
            }
            for row in declared_components(submission)
        ],
        "undeclared": [
            {"reference": row.reference.name, "outcome": outcome_word(row), "level": row.level}
            for row in (undeclared_findings(run) if run else [])
        ],
    }


def _tested(run: OriginalityRun) -> dict[tuple[str, str], dict[str, Any]]:
    """By part and name what the test of its origin found; a part whose origin the registry lacks is not among them.

    Reports are long and stay where they are.
    """
    named = {(row["part"], row["name"]): row for row in run.plan.get("declared", []) if row["reference"] is not None}
    keys = [row["reference"] for row in named.values()]
    found: dict[int, Comparison] = {
        row.reference_id: row for row in comparisons_of(run).filter(reference__in=keys).defer("report")
    }
    return {
        key: {
            "reference": comparison.reference.name,
            "outcome": outcome_word(comparison),
            "level": comparison.level,
            "own": row["own"],
        }
        for key, row in named.items()
        if (comparison := found.get(row["reference"])) is not None
    }
