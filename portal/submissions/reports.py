"""Originality reports of hand-ins: who sees the submission sees the report."""

from django.urls import reverse
from django.utils.translation import gettext as _

from originality.models import OriginalityRun
from originality.registry import Place
from portal.common.viewer import Viewer
from portal.submissions.models import SubmissionRun
from portal.submissions.policies import sees_submission


def opens(viewer: Viewer, run: OriginalityRun) -> bool:
    row = _row(run)
    return row is not None and sees_submission(viewer, row.submission_id).allowed


def place(viewer: Viewer, run: OriginalityRun) -> Place | None:
    """Return the page of the run, for whom the team's pages are open."""
    row = _row(run)
    if row is None or not sees_submission(viewer, row.submission_id).allowed:
        return None
    label = _("%(entry)s, version %(version)s") % {
        "entry": row.submission.entry,
        "version": row.submission.version,
    }
    return Place(label, reverse("submissions:run", kwargs={"run": row.pk}))


def _row(run: OriginalityRun) -> SubmissionRun | None:
    return SubmissionRun.objects.filter(originality=run).select_related("submission__entry").first()
