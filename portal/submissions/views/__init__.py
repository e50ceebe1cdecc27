"""Pages of a team: home, hand-in, uploads, receipt, evidence and runs."""

from portal.submissions.views.evidence import evidence, run_page
from portal.submissions.views.handin import open_draft, remove_item, submission_page, submit, team_home, withdraw
from portal.submissions.views.receipts import receipt_file, receipt_page

__all__ = (
    "evidence",
    "open_draft",
    "receipt_file",
    "receipt_page",
    "remove_item",
    "run_page",
    "submission_page",
    "submit",
    "team_home",
    "withdraw",
)
