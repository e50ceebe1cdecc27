"""Originality reports and training traces for panels and staff: open where the evidence on the entry is, for what counts."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from originality.models import TraceRun
from originality.registry import Place, Run
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.review.models import Question, ScoreSheet
from portal.review.policies import Subject, rules, view
from portal.submissions.models import Submission
from portal.submissions.policies import owns_submission
from portal.submissions.selectors import current_submission
from portal.submissions.selectors.runs import row_of


def opens(viewer: Viewer, run: Run) -> bool:
    submission = _submission(run)
    return submission is not None and _is_evidence(viewer, submission)


def place(viewer: Viewer, run: Run) -> Place | None:
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


def corrects(viewer: Viewer, run: TraceRun) -> bool:
    """Once scoring has begun, let the own team correct names while a question to it is open and unanswered."""
    submission = _submission(run)
    if submission is None or not owns_submission(viewer, submission.pk).allowed:
        return False
    asked = Question.objects.filter(entry=submission.entry, answer__isnull=True, due_at__gt=timezone.now())
    return current_submission(submission.entry) == submission and asked.exists()


def _submission(run: Run) -> Submission | None:
    row = row_of(run)
    return row.submission if row else None


def _is_evidence(viewer: Viewer, submission: Submission) -> bool:
    """Ask the same question as the pages that show a dossier."""
    return (
        view(viewer, Subject.EVIDENCE, submission.entry).allowed and current_submission(submission.entry) == submission
    )
