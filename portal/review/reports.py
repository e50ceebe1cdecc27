"""Originality reports for panels and staff: open where the evidence on the entry is, for the submission that counts."""

from django.urls import reverse
from django.utils.translation import gettext as _

from originality.models import OriginalityRun
from originality.registry import Place
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.review.models import ScoreSheet
from portal.review.policies import Subject, rules, view
from portal.submissions.models import Submission, SubmissionRun
from portal.submissions.selectors import current_submission


def opens(viewer: Viewer, run: OriginalityRun) -> bool:
    submission = _submission(run)
    return submission is not None and _is_evidence(viewer, submission)


def place(viewer: Viewer, run: OriginalityRun) -> Place | None:
    """Return the member's own sheet, or for staff the page of the entry."""
    submission = _submission(run)
    if submission is None or not _is_evidence(viewer, submission):
        return None
    entry = submission.entry
    label = _("Entry %(code)s") % {"code": entry.code}
    own = ScoreSheet.objects.filter(assignment__entry=entry, assignment__seat__user_id=viewer.user_id or 0)
    sheet = own.first()
    if sheet is not None and rules.owns_sheet(viewer, sheet.pk).allowed:
        return Place(label, reverse("review:sheet", kwargs={"sheet_id": sheet.pk}))
    return _staff_place(viewer, entry, label)


def _staff_place(viewer: Viewer, entry: Entry, label: str) -> Place | None:
    if not rules.oversees_phase(viewer, entry.phase_id).allowed:
        return None
    return Place(label, reverse("ops:entry", kwargs={"phase_id": entry.phase_id, "entry_id": entry.pk}))


def _submission(run: OriginalityRun) -> Submission | None:
    rows = SubmissionRun.objects.filter(originality=run).select_related("submission__entry__phase")
    row = rows.first()
    return row.submission if row else None


def _is_evidence(viewer: Viewer, submission: Submission) -> bool:
    """Ask the same question as the pages that show a dossier."""
    return (
        view(viewer, Subject.EVIDENCE, submission.entry).allowed and current_submission(submission.entry) == submission
    )
