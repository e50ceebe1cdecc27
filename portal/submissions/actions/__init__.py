"""The only writes to submissions. Each change and its ledger event share one transaction."""

from portal.submissions.actions.arrival import settle, settle_outstanding
from portal.submissions.actions.declarations import keep_declaration, use_declaration
from portal.submissions.actions.drafting import add_item, add_upload, open_draft, remove_item, require_open
from portal.submissions.actions.handin import missing_roles, submit, withdraw
from portal.submissions.actions.reruns import rerun, set_aside
from portal.submissions.actions.runs import request_runs
from portal.submissions.actions.self_checks import cancel_self_check, request_self_check
from portal.submissions.actions.trajectory import hand_over_scores
from portal.submissions.errors import SubmissionRefused

__all__ = (
    "SubmissionRefused",
    "add_item",
    "add_upload",
    "cancel_self_check",
    "hand_over_scores",
    "keep_declaration",
    "missing_roles",
    "open_draft",
    "remove_item",
    "request_runs",
    "request_self_check",
    "require_open",
    "rerun",
    "set_aside",
    "settle",
    "settle_outstanding",
    "submit",
    "use_declaration",
    "withdraw",
)
