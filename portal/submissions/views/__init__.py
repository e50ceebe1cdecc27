"""Pages of a team: home, hand-in, uploads, receipt, evidence and runs."""

from portal.submissions.views.declarations import component_declaration, components_file, training_declaration
from portal.submissions.views.evidence import declared, evidence
from portal.submissions.views.handin import (
    add_item,
    open_draft,
    remove_item,
    submission_page,
    submit,
    team_home,
    withdraw,
)
from portal.submissions.views.receipts import receipt_document, receipt_file, receipt_page, verify_receipt
from portal.submissions.views.runs import run_page
from portal.submissions.views.self_checks import cancel_self_check, self_checks
from portal.submissions.views.storage import storage
from portal.submissions.views.uploads import uploads, use_upload

__all__ = (
    "add_item",
    "cancel_self_check",
    "component_declaration",
    "components_file",
    "declared",
    "evidence",
    "open_draft",
    "receipt_document",
    "receipt_file",
    "receipt_page",
    "remove_item",
    "run_page",
    "self_checks",
    "storage",
    "submission_page",
    "submit",
    "team_home",
    "training_declaration",
    "uploads",
    "use_upload",
    "verify_receipt",
    "withdraw",
)
