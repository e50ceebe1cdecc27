"""Which of the declared bytes are here, and which were here in time."""

from datetime import datetime

from portal.artifacts.enums import OPEN, UploadState
from portal.artifacts.models import Bundle, Upload
from portal.artifacts.selectors import missing_parts
from portal.submissions.models import Submission, SubmissionItem


def stored_bundles(submission: Submission) -> dict[str, Bundle]:
    """Return the bundles that the items name, by digest: whichever upload brought them; destroyed ones stay named."""
    items = list(submission.items.select_related("bundle").defer("bundle__manifest"))
    living = Bundle.objects.filter(owner=owner_of(submission), destroyed_at=None)
    named = living.filter(digest__in=[item.digest for item in items]).defer("manifest")  # of megabytes
    here = {row.digest: row for row in named}
    return here | {item.digest: item.bundle for item in items if item.bundle}


def outstanding(submission: Submission, *, due: datetime | None = None) -> list[SubmissionItem]:
    """Return the items whose bytes are not all here; with `due`, also those whose bytes came after it.

    What was here at the hand-in is settled: no deadline that is moved back asks for it again.
    """
    here = stored_bundles(submission)
    return [item for item in submission.items.filter(bundle=None) if not came_in_time(here.get(item.digest), due)]


def sent_in_time(digest: str, *, owner: str, due: datetime) -> Upload | None:
    """Return the upload of these files whose bytes were all here in time and are not checked yet: our time, not the team's."""
    uploads = Upload.objects.filter(owner=owner, digest=digest, state__in=OPEN, received_at__lte=due)
    return next((upload for upload in uploads if not missing_parts(upload)), None)


def owner_of(submission: Submission) -> str:
    """Return the key of the account that the bytes belong to."""
    return submission.entry.consortium.account_key


def came_in_time(bundle: Bundle | None, due: datetime | None) -> bool:
    """Whether the bytes are here, and in time: from their last part on, not from the end of our checks."""
    if bundle is None or due is None or bundle.created <= due:
        return bundle is not None
    uploads = Upload.objects.filter(owner=bundle.owner, digest=bundle.digest, state=UploadState.COMPLETE)
    return uploads.filter(received_at__lte=due).exists()
