"""What was handed in, by whom, under which rules, and what kind of model the weights are."""

from typing import Any

from originality.models import Comparison
from portal.dossiers.documents import both
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.selectors import stored_bundles


def metadata(submission: Submission) -> dict[str, Any]:
    entry = submission.entry
    receipt = getattr(submission, "receipt", None)
    here = stored_bundles(submission)
    return {
        "programme": both(entry.phase.programme),
        "phase": both(entry.phase),
        "entry": entry.code,
        "consortium": both(entry.consortium),
        "institutions": [
            {**both(place.institution), "role": place.role}
            for place in entry.consortium.places.select_related("institution").order_by("role", "pk")
        ],
        "version": submission.version,
        "digest": submission.digest,
        "receipt": receipt.number if receipt else None,
        "submitted_at": submission.submitted_at,
        "whole_at": submission.whole_at,
        "ruleset": {"name": entry.ruleset.name, "version": entry.ruleset.version, "digest": entry.ruleset.digest},
        "model": model_of(submission),
        "items": [_item(row, stored=row.digest in here) for row in submission.items.select_related("bundle", "upload")],
    }


def _item(row: SubmissionItem, *, stored: bool) -> dict[str, Any]:
    files = row.file_list()
    return {
        "role": row.role,
        "digest": row.digest,
        "step": row.step,
        "files": len(files),
        "bytes": sum(file["size"] for file in files),
        "stored": stored,
    }


def model_of(submission: Submission) -> dict[str, Any] | None:
    """Family, parameters and what was left out of the comparison, as the engine read them; None before a report is made."""
    rows = Comparison.objects.filter(run__in=submission.runs.values("originality"))
    candidate: dict[str, Any] | None = rows.values_list("report__candidate", flat=True).first()
    if candidate is None:
        return None
    return {
        "family": candidate.get("family"),
        "parameters": candidate.get("parameters"),
        "digest": candidate.get("digest"),
        "left_out": len(candidate.get("excluded", [])),
    }
