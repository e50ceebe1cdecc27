"""One pass over everything that could be stuck. Any number of passes may run at once, and each may be killed anywhere."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.jobs import registry
from portal.jobs.actions.leases import end_attempt, requeue_or_fail
from portal.jobs.actions.requests import cancel
from portal.jobs.actions.sending import send
from portal.jobs.enums import ENDED_WITHOUT, LIVE, AttemptOutcome, Cause, JobState
from portal.jobs.errors import Failure
from portal.jobs.models import Job, Need, Worker
from portal.jobs.quotas import in_the_way_of
from portal.jobs.selectors import hopeless_jobs, is_blocked, unneeded_jobs

logger = logging.getLogger(__name__)

RESEND_AFTER = timedelta(seconds=60)
RESEND_SHARE = 10  # the longer a job waits the rarer: a queue that nobody listens to must not fill the broker
FORGET_WORKER_AFTER = timedelta(days=1)


@dataclass
class Report:
    """How many rows one pass changed, and which registered steps raised."""

    expired: int = 0
    overdue: int = 0
    unneeded: int = 0
    sent: int = 0
    steps: int = 0
    broken_steps: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.expired + self.overdue + self.unneeded + self.sent + self.steps


def reconcile() -> Report:
    report = Report()
    report.expired = each_locked(silent_jobs(), take_back, report)
    report.overdue = each_locked(untaken_jobs(), give_up, report)
    report.unneeded = each_locked(hopeless_jobs(), end_with_need, report)
    report.unneeded += each_locked(unneeded_jobs(), cancel, report)
    report.sent = resend_messages()
    for name, step in registry.steps().items():
        run_step(name, step, report)
    Worker.objects.filter(seen__lt=timezone.now() - FORGET_WORKER_AFTER).delete()
    return report


def silent_jobs() -> QuerySet[Job]:
    """Jobs whose worker says nothing, or still talks long after the attempt should have ended."""
    now = timezone.now()
    return Job.objects.filter(state__in=LIVE).filter(Q(lease_until__lt=now) | Q(deadline__lt=now))


def untaken_jobs() -> QuerySet[Job]:
    """A job that needed others waits from the end of the last of them on."""
    now = timezone.now()
    freed = Need.objects.filter(job=OuterRef("pk"), on__finished__gt=now - timedelta(days=settings.JOBS_QUEUE_DAYS))
    return Job.objects.filter(~is_blocked(), ~Exists(freed), state=JobState.QUEUED, deadline__lt=now)


def take_back(job: Job) -> None:
    worker = job.attempts.filter(ended=None).values_list("worker", flat=True).first() or "?"
    end_attempt(job, AttemptOutcome.LOST, cause=Cause.WORKER_LOST)
    requeue_or_fail(job, Failure(Cause.WORKER_LOST, worker, transient=True), wait=0)


def end_with_need(job: Job) -> None:
    """End a waiting job as the one that it needs: failed with the same cause, or cancelled."""
    lost = Job.objects.filter(needed_by__job=job, state__in=ENDED_WITHOUT).order_by("-cause", "pk")
    first = lost.first()
    if first is not None and first.cause:
        requeue_or_fail(job, Failure(Cause(first.cause), first.error, transient=False), wait=0)
    elif first is not None:
        cancel(job)


def give_up(job: Job) -> None:
    cause = Cause.QUOTA if in_the_way_of(job) else Cause.NOT_TAKEN
    requeue_or_fail(job, Failure(cause, job.route, transient=False), wait=0)


def each_locked(jobs: QuerySet[Job], act: Callable[[Job], object], report: Report) -> int:
    """Act on each job in a transaction of its own, skipping rows that another process is just changing.

    A job whose hook raises stays as it is, is reported, and does not keep the others waiting.
    """
    changed = 0
    for pk in list(jobs.order_by("pk").values_list("pk", flat=True)):
        try:
            changed += act_locked(jobs.filter(pk=pk), act)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("Job %s could not be settled; it is tried again in the next pass.", pk)
            report.broken_steps.append(f"{act.__name__} job {pk}")
    return changed


@transaction.atomic
def act_locked(one: QuerySet[Job], act: Callable[[Job], object]) -> bool:
    job = one.select_for_update(skip_locked=True).first()
    if job is not None:
        act(job)
    return job is not None


def resend_messages() -> int:
    """The outbox: every waiting job whose message was never sent, or was sent so long ago that it may be lost."""
    if not settings.CELERY_BROKER_URL:
        return 0
    now = timezone.now()
    waiting = Job.objects.filter(~is_blocked(), state=JobState.QUEUED, not_before__lte=now)
    unsent = waiting.filter(Q(sent=None) | Q(sent__lt=now - RESEND_AFTER)).order_by("-priority", "pk")
    sent = 0
    for pk, requirements, before, since in unsent.values_list("pk", "requirements", "sent", "not_before"):
        if before is not None and now - before < (now - since) / RESEND_SHARE:
            continue
        if not send(pk, requirements=requirements):
            break
        sent += 1
    return sent


def run_step(name: str, step: registry.Step, report: Report) -> None:
    """One broken step must not keep the others, or the leases, from being looked after: it is reported instead."""
    try:
        report.steps += step() or 0
    except Exception:
        logger.exception("Reconciler step %s failed; it is tried again in the next pass.", name)
        report.broken_steps.append(name)
