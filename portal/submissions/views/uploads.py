"""What the page of a draft shows of bytes on their way."""

from typing import Any

from portal.common.access import ViewerRequest
from portal.submissions.models import Submission


def upload_context(request: ViewerRequest, submission: Submission) -> dict[str, Any]:
    """Return what the upload parts of the submission's page need, beside the submission itself."""
    return {"server": request.build_absolute_uri("/").rstrip("/")}
