"""Reads of submissions: lists, checklist, receipt, runs, dossier, and what the tally measures."""

from portal.submissions.selectors.evidence import dossier, evidence_digests, measurements_of
from portal.submissions.selectors.handin import (
    checklist,
    current_submission,
    receipt_document,
    summary,
    team_entries,
    visible_to,
)
from portal.submissions.selectors.runs import run_detail, runs_of

__all__ = (
    "checklist",
    "current_submission",
    "dossier",
    "evidence_digests",
    "measurements_of",
    "receipt_document",
    "run_detail",
    "runs_of",
    "summary",
    "team_entries",
    "visible_to",
)
