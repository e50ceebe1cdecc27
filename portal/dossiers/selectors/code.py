"""What the source code has in common with public code, column by column."""

from typing import Any

from portal.submissions.enums import Role
from portal.submissions.models import Submission


def code(submission: Submission) -> dict[str, Any]:
    archives = submission.items.filter(role=Role.CODE).count()
    return {"archives": archives, "state": None}
