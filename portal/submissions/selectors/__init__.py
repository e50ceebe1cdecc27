"""Reads of submissions: window, lists, checklist, receipt, runs, dossier, and what the tally measures."""

from portal.submissions.selectors.arrival import outstanding, stored_bundles
from portal.submissions.selectors.deadline import Window, bytes_due_of, window_of
from portal.submissions.selectors.evidence import dossier, evidence_digests, measurements_of
from portal.submissions.selectors.handin import (
    current_submission,
    receipt_document,
    summary,
    team_entries,
    visible_to,
)
from portal.submissions.selectors.items import checklist
from portal.submissions.selectors.loose import LooseUpload, loose_uploads
from portal.submissions.selectors.runs import run_detail, runs_of

__all__ = (
    "LooseUpload",
    "Window",
    "bytes_due_of",
    "checklist",
    "current_submission",
    "dossier",
    "evidence_digests",
    "loose_uploads",
    "measurements_of",
    "outstanding",
    "receipt_document",
    "run_detail",
    "runs_of",
    "stored_bundles",
    "summary",
    "team_entries",
    "visible_to",
    "window_of",
)
