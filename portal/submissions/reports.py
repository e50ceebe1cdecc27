"""Originality reports of hand-ins: who sees the submission sees the report."""

from django.urls import reverse
from django.utils.translation import gettext as _

from originality.models import OriginalityRun
from originality.registry import Place
from portal.common.time import kst
from portal.common.viewer import Viewer
from portal.submissions.models import SelfCheck, SubmissionRun
from portal.submissions.policies import sees_self_check, sees_submission


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


def self_check_place(viewer: Viewer, run: OriginalityRun) -> Place | None:
    """Return the team's list of self-checks, for the team alone."""
    check = SelfCheck.objects.filter(run=run).first()
    if check is None or not sees_self_check(viewer, check.pk).allowed:
        return None
    label = check.label or _("Self-check of %(day)s") % {"day": kst(check.requested_at)}
    return Place(label, reverse("submissions:self-checks", kwargs={"consortium": check.consortium_id}))


def _row(run: OriginalityRun) -> SubmissionRun | None:
    return SubmissionRun.objects.filter(originality=run).select_related("submission__entry").first()
