"""What staff does with jobs: end one, queue one again, let one go first, and set what an account may use."""

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.common.viewer import Viewer
from portal.jobs import actions as jobs
from portal.jobs.enums import ENDED_WITHOUT, JobState
from portal.jobs.models import Job, Quota
from portal.measurements.actions.steps import leave_trace, locked, require_text
from portal.measurements.enums import AuditAction
from portal.measurements.errors import MeasurementError
from portal.measurements.work_policies import works_on_jobs
from portal.submissions.models import SubmissionRun

HIGHEST = 100


class Limits(NamedTuple):
    """What an account may use; None for no limit. Without any limit the quota goes."""

    days: int = 30
    runs: int | None = None
    card_seconds: int | None = None
    concurrent: int | None = None


@transaction.atomic
def cancel_job(job: Job, *, reason: str, by: Viewer) -> Job:
    """End the job now; whatever it took of its account's quota comes back."""
    require_worker(by)
    reason, found = require_text(reason), locked(job)
    if found.is_final:
        raise MeasurementError(_("The job has ended already; there is nothing to cancel."), code="ended")
    before = found.state
    ended = jobs.cancel(found)
    trace(AuditAction.JOB_CANCELLED, ended, {"state": before}, {"state": ended.state}, reason=reason, by=by)
    return ended


@transaction.atomic
def run_again(job: Job, *, reason: str, by: Viewer) -> Job:
    """Queue a job that failed or was cancelled again, with new attempts; its earlier ones stay on record."""
    require_worker(by)
    reason, found = require_text(reason), locked(job)
    if found.state not in ENDED_WITHOUT:
        raise MeasurementError(_("Only a job that failed or was cancelled can be run again."), code="not_ended")
    _must_not_choose(found)
    before = {"state": found.state, "cause": found.cause, "attempts": found.attempts_used}
    queued = jobs.retry(found)
    trace(AuditAction.JOB_AGAIN, queued, before, {"state": queued.state}, reason=reason, by=by)
    return queued


def _must_not_choose(job: Job) -> None:
    """The earliest whole run of a suite counts: an earlier one that fails comes to no figures once a later one may have them."""
    mine = Q(benchmark__job=job) | Q(benchmark__parts__job=job)
    for row in SubmissionRun.objects.filter(mine).distinct().select_related("benchmark"):
        later = SubmissionRun.objects.filter(submission=row.submission_id, pk__gt=row.pk)
        if row.benchmark and later.filter(benchmark__suite=row.benchmark.suite_id).exists():
            raise MeasurementError(
                _("A later run of this suite exists: running this one again would choose between figures."),
                code="later_run",
            )


@transaction.atomic
def set_priority(job: Job, priority: int, *, reason: str, by: Viewer) -> Job:
    """Jobs of a higher priority are taken first; within one priority the older."""
    require_worker(by)
    reason, found = require_text(reason), locked(job)
    if abs(priority) > HIGHEST:
        raise MeasurementError(
            _("The priority is a whole number from -%(n)s to %(n)s.") % {"n": HIGHEST}, field="priority"
        )
    if found.state != JobState.QUEUED:
        raise MeasurementError(_("Only a waiting job has a place in the queue to change."), code="not_waiting")
    before, found.priority = found.priority, priority
    found.save(update_fields=["priority"])
    trace(AuditAction.JOB_PRIORITY, found, {"priority": before}, {"priority": priority}, reason=reason, by=by)
    return found


@transaction.atomic
def set_account_quota(account: str, kind: str, limits: Limits, *, reason: str, by: Viewer) -> None:
    """Set, change or remove the quota of an account ("" for each one without its own) for a kind of job ("" for all)."""
    require_worker(by)
    reason = require_text(reason)
    old = Quota.objects.select_for_update().filter(account=account, kind=kind).first()
    before = facts_of(old) if old else None
    new = jobs.set_quota(account, kind=kind, by=by.actor, **limits._asdict())
    subject = new or old
    if subject is None:
        raise MeasurementError(_("Give at least one limit: there is no quota to remove."), code="empty")
    if new is None and old is not None:
        subject = Quota(pk=before["id"] if before else None, account=account, kind=kind)
    trace(AuditAction.QUOTA_SET, subject, before, facts_of(new) if new else None, reason=reason, by=by)


def facts_of(quota: Quota) -> dict[str, Any]:
    names = ("id", "account", "kind", "days", "runs", "card_seconds", "concurrent")
    return {name: getattr(quota, name) for name in names}


def require_worker(by: Viewer) -> None:
    if not works_on_jobs(by).allowed:
        raise PermissionDenied(_("Your role does not allow this step."))


def trace(
    action: AuditAction,
    subject: Job | Quota,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    *,
    reason: str,
    by: Viewer,
) -> None:
    leave_trace(action, by=by, subject=subject, before=before, after=after, reason=reason)
