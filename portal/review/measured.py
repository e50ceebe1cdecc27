"""Benchmark runs for panels and staff: answers where the evidence on the entry is open, rivals side by side from the seal on."""

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.programmes.models import Phase
from portal.review.policies import Subject, view
from portal.submissions.models import Submission
from portal.submissions.selectors import current_submission


def reads(viewer: Viewer, submission: Submission) -> Verdict:
    """Ask the same question as the pages that show a dossier; a version that was replaced is no evidence."""
    if current_submission(submission.entry) != submission:
        return UNKNOWN
    return view(viewer, Subject.EVIDENCE, submission.entry)


def compares(viewer: Viewer, phase: Phase) -> Verdict:
    return view(viewer, Subject.SIDE_BY_SIDE, phase)
