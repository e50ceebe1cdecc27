"""Originality reports and training traces of hand-ins: who sees the submission sees them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from originality.models import OriginalityRun, TraceRun
from originality.registry import Place, Run
from portal.common.time import kst
from portal.common.viewer import Viewer
from portal.programmes.enums import PhaseState
from portal.submissions.enums import State
from portal.submissions.models import SelfCheck
from portal.submissions.policies import owns_submission, sees_self_check, sees_submission
from portal.submissions.selectors.runs import row_of

BEFORE_SCORING = (PhaseState.RECEIVING, PhaseState.CLOSED)


def opens(viewer: Viewer, run: Run) -> bool:
    row = row_of(run)
    return row is not None and sees_submission(viewer, row.submission_id).allowed


def place(viewer: Viewer, run: Run) -> Place | None:
    """Return the page of the run, for whom the team's pages are open."""
    row = row_of(run)
    if row is None or not sees_submission(viewer, row.submission_id).allowed:
        return None
    label = _("%(entry)s, version %(version)s") % {
        "entry": row.submission.entry,
        "version": row.submission.version,
    }
    return Place(label, reverse("submissions:run", kwargs={"run": row.pk}))


def corrects(viewer: Viewer, run: TraceRun) -> bool:
    """Let the own team say which name of its log means what, for the version that counts and until scoring begins."""
    row = row_of(run)
    if row is None or row.submission.state != State.SUBMITTED or row.submission.entry.phase.state not in BEFORE_SCORING:
        return False
    return owns_submission(viewer, row.submission_id).allowed


def self_check_place(viewer: Viewer, run: Run) -> Place | None:
    """Return the team's list of self-checks, for the team alone."""
    if not isinstance(run, OriginalityRun):
        return None
    check = SelfCheck.objects.filter(run=run).first()
    if check is None or not sees_self_check(viewer, check.pk).allowed:
        return None
    label = check.label or _("Self-check of %(day)s") % {"day": kst(check.requested_at)}
    return Place(label, reverse("submissions:self-checks", kwargs={"consortium": check.consortium_id}))
