"""Originality reports of self-checks: the team's alone, whatever a viewer's other roles are."""

from originality.models import OriginalityRun
from originality.registry import Run
from portal.common.viewer import Viewer
from portal.submissions.models import SelfCheck
from portal.submissions.policies import sees_self_check


def opens(viewer: Viewer, run: Run) -> bool:
    if not isinstance(run, OriginalityRun):
        return False
    check = SelfCheck.objects.filter(run=run).first()
    return check is not None and sees_self_check(viewer, check.pk).allowed
