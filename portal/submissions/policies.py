"""Who may see and change a submission. Reviewers reach evidence through the review app, which asks its own policy first."""

from portal.common.access import Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.consortia.selectors import entries_of
from portal.submissions.enums import State
from portal.submissions.models import Receipt, Submission, SubmissionRun

HIDDEN = Verdict(allowed=False, exists=False)
SEEN_BY_STAFF = frozenset({"officer", "auditor"})


def owns_entry(viewer: Viewer, entry: int) -> Verdict:
    """Say whether the viewer is a member of the consortium behind the entry with this id."""
    return Verdict(allowed=True) if entries_of(viewer).filter(pk=entry).exists() else HIDDEN


def owns_submission(viewer: Viewer, submission: int) -> Verdict:
    """Say whether the viewer may change the submission with this id."""
    owned = Submission.objects.filter(pk=submission, entry__in=entries_of(viewer))
    return Verdict(allowed=True) if owned.exists() else HIDDEN


def sees_submission(viewer: Viewer, submission: int) -> Verdict:
    """Own team always; officers and auditors once it is handed in."""
    if owns_submission(viewer, submission).allowed:
        return Verdict(allowed=True)
    handed_in = Submission.objects.filter(pk=submission).exclude(state=State.DRAFT)
    return Verdict(allowed=True) if viewer.roles & SEEN_BY_STAFF and handed_in.exists() else HIDDEN


def sees_receipt(viewer: Viewer, number: str) -> Verdict:
    """Say whether the viewer may read the receipt with this number."""
    receipt = Receipt.objects.filter(number=number).first()
    return sees_submission(viewer, receipt.submission_id) if receipt else HIDDEN


def sees_run(viewer: Viewer, run: int) -> Verdict:
    """A run is seen by whoever sees the submission it belongs to."""
    row = SubmissionRun.objects.filter(pk=run).first()
    return sees_submission(viewer, row.submission_id) if row else HIDDEN


def has_team(viewer: Viewer) -> Verdict:
    """Open the team pages to everybody who may be in a consortium; what they list is filtered by membership."""
    return Verdict(allowed=viewer.user_id is not None)


def may_hand_in(viewer: Viewer, entry: Entry) -> Verdict:
    """Repeat the rule of `owns_entry` for an entry already read, as actions do."""
    return owns_entry(viewer, entry.pk)
