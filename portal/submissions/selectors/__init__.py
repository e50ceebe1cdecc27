"""Reads of submissions: window, lists, checklist, receipt, runs, dossier, and what the tally measures."""

from portal.submissions.selectors.arrival import outstanding, stored_bundles
from portal.submissions.selectors.counting import counting_runs, standing_of, standings_of
from portal.submissions.selectors.deadline import Window, bytes_due_of, window_of
from portal.submissions.selectors.evidence import declared_components, dossier, evidence_digests, measurements_of
from portal.submissions.selectors.handin import (
    current_submission,
    receipt_document,
    summary,
    team_entries,
    visible_to,
)
from portal.submissions.selectors.items import checklist
from portal.submissions.selectors.loose import LooseUpload, loose_uploads, loose_uploads_for
from portal.submissions.selectors.on_the_way import on_the_way, room_of, stand_of
from portal.submissions.selectors.papers import hidden_files, receipt_paper, shown_files
from portal.submissions.selectors.room import rooms, waiting_for_bytes
from portal.submissions.selectors.runs import run_detail, runs_of
from portal.submissions.selectors.self_checks import (
    Quota,
    SelfCheckRow,
    checkable_uploads,
    self_check_quota,
    self_check_row,
    self_check_summary,
    self_checks_of,
)
from portal.submissions.selectors.training import declared_training, training_facts
from portal.submissions.selectors.verification import RECEIPT_LIMIT, Finding, NotAReceipt, check_number, check_text

__all__ = (
    "RECEIPT_LIMIT",
    "Finding",
    "LooseUpload",
    "NotAReceipt",
    "Quota",
    "SelfCheckRow",
    "Window",
    "bytes_due_of",
    "check_number",
    "check_text",
    "checkable_uploads",
    "checklist",
    "counting_runs",
    "current_submission",
    "declared_components",
    "declared_training",
    "dossier",
    "evidence_digests",
    "hidden_files",
    "loose_uploads",
    "loose_uploads_for",
    "measurements_of",
    "on_the_way",
    "outstanding",
    "receipt_document",
    "receipt_paper",
    "room_of",
    "rooms",
    "run_detail",
    "runs_of",
    "self_check_quota",
    "self_check_row",
    "self_check_summary",
    "self_checks_of",
    "shown_files",
    "stand_of",
    "standing_of",
    "standings_of",
    "stored_bundles",
    "summary",
    "team_entries",
    "training_facts",
    "visible_to",
    "waiting_for_bytes",
    "window_of",
)
