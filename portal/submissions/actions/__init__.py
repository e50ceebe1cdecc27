"""The only writes to submissions. Each change and its ledger event share one transaction."""

from portal.submissions.actions.handin import (
    SubmissionRefused,
    add_item,
    missing_roles,
    open_draft,
    remove_item,
    require_open,
    submit,
    withdraw,
)
from portal.submissions.actions.runs import request_runs

__all__ = (
    "SubmissionRefused",
    "add_item",
    "missing_roles",
    "open_draft",
    "remove_item",
    "request_runs",
    "require_open",
    "submit",
    "withdraw",
)
