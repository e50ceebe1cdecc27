"""Who works in the work room: staff who belong to no team, because the queue is that of all teams."""

from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Membership
from portal.jobs.models import Job
from portal.programmes.policies import STAFF

ACTORS = ("officer", "operator")
READERS_OF_LOGS = ("auditor", "operator")  # what a harness prints may quote answers that only auditors may know


def sees_work(viewer: Viewer) -> Verdict:
    return _outside_teams(viewer, *STAFF)


def works_on_jobs(viewer: Viewer) -> Verdict:
    """Cancel, run again, change the order, set quotas."""
    return _outside_teams(viewer, *ACTORS)


def sees_job(viewer: Viewer, job_id: int) -> Verdict:
    return _known(sees_work(viewer), job_id)


def reads_log(viewer: Viewer, job_id: int) -> Verdict:
    """What the program of an attempt printed."""
    return _known(_outside_teams(viewer, *READERS_OF_LOGS), job_id)


def _outside_teams(viewer: Viewer, *roles: str) -> Verdict:
    if not viewer.has_role(*roles):
        return Verdict(allowed=False, reason=_("Your account does not have the role for this page."))
    if Membership.objects.filter(user=viewer.user_id).exists():
        return Verdict(
            allowed=False, reason=_("You belong to a consortium; somebody else looks after the work of all.")
        )
    return Verdict(allowed=True)


def _known(verdict: Verdict, job_id: int) -> Verdict:
    return UNKNOWN if verdict.allowed and not Job.objects.filter(pk=job_id).exists() else verdict
