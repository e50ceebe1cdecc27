"""The only writes to submissions. Each change and its ledger event share one transaction."""

from portal.submissions.actions.arrival import settle, settle_outstanding
from portal.submissions.actions.drafting import add_item, add_upload, open_draft, remove_item, require_open
from portal.submissions.actions.handin import missing_roles, submit, withdraw
from portal.submissions.actions.runs import request_runs
from portal.submissions.errors import SubmissionRefused

__all__ = (
    "SubmissionRefused",
    "add_item",
    "add_upload",
    "missing_roles",
    "open_draft",
    "remove_item",
    "request_runs",
    "require_open",
    "settle",
    "settle_outstanding",
    "submit",
    "withdraw",
)
