"""What a worker does with a job's row. Every write asks first whether the lease still holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.common.formats.foreign_text import storable
from portal.jobs import registry
from portal.jobs.actions.quotas import reserve, settle
from portal.jobs.enums import LIVE, RETRIES, AttemptOutcome, Cause, JobState
from portal.jobs.errors import Failure, LeaseLost
from portal.jobs.models import Attempt, Job, Worker
from portal.jobs.quotas import time_limit_of
from portal.jobs.selectors import claimable

LONGEST_BACKOFF = 600  # seconds
HANDLING_TIME = 3600  # seconds a worker may take around the child: materialising inputs, storing artefacts


@dataclass(frozen=True)
class Lease:
    """The right to work on one job until `seconds` after the last heartbeat, as long as no newer fence exists."""

    job_id: int
    fence: int
    worker: str
    seconds: int
    requirements: Mapping[str, int] = field(default_factory=dict)
    cards_wished: int = 0


@transaction.atomic
def claim(worker: str, *, capabilities: Mapping[str, int], job_id: int | None = None) -> Lease | None:
    """Take the next job this worker can do (or exactly `job_id`, if it still waits). None when there is none."""
    waiting = claimable(capabilities)
    if job_id is not None:
        waiting = waiting.filter(pk=job_id)
    job = first_within_quota(waiting)
    if job is None:
        return None
    kind, now = registry.kind_named(job.kind), timezone.now()
    job.fence, job.attempts_used = job.fence + 1, job.attempts_used + 1
    job.state, job.heartbeat = JobState.LEASED, now
    job.lease_until = now + timedelta(seconds=kind.lease_seconds)
    job.deadline = now + timedelta(seconds=time_limit_of(job) + HANDLING_TIME)
    job.progress = {}
    job.save(update_fields=["fence", "attempts_used", "state", "heartbeat", "lease_until", "deadline", "progress"])
    Attempt.objects.create(job=job, fence=job.fence, worker=worker, started=now)
    return Lease(job.pk, job.fence, worker, kind.lease_seconds, job.requirements, kind.cards_wished)


def first_within_quota(waiting: QuerySet[Job]) -> Job | None:
    """The next job whose account's quota leaves room, locked and with its share reserved."""
    while (job := waiting.select_for_update(skip_locked=True).first()) is not None and not reserve(job):
        waiting = waiting.exclude(account=job.account, kind=job.kind, route=job.route)
    return job


def equip(lease: Lease, *, hardware: str, cards: str = "") -> None:
    """Note what the attempt runs on: in words for everybody, the numbers of the cards for operators."""
    open_one = Attempt.objects.filter(job_id=lease.job_id, fence=lease.fence, ended=None)
    open_one.update(hardware=hardware[:200], cards=cards[:200])


def held(lease: Lease) -> QuerySet[Job]:
    return Job.objects.filter(pk=lease.job_id, fence=lease.fence, state__in=LIVE)


def heartbeat(
    lease: Lease, *, progress: Mapping[str, Any] | None = None, log: str | None = None, log_end: int = 0
) -> bool:
    """Prolong the lease; False when it is lost and the child must end. A busy worker reports in by it, too."""
    now = timezone.now()
    Worker.objects.filter(name=lease.worker).update(seen=now)
    fields: dict[str, Any] = {"heartbeat": now, "lease_until": now + timedelta(seconds=lease.seconds)}
    if progress is not None:
        fields["progress"] = dict(progress)
    kept = held(lease).update(**fields) == 1
    if kept and log is not None:
        Attempt.objects.filter(job_id=lease.job_id, fence=lease.fence, ended=None).update(log=log, log_end=log_end)
    return kept


def start(lease: Lease) -> None:
    changed = held(lease).update(state=JobState.RUNNING, started=Coalesce("started", timezone.now()))
    if not changed:
        raise LeaseLost


@transaction.atomic
def succeed(lease: Lease, outcome: dict[str, Any], *, log: str = "", log_end: int = 0) -> Job:
    """Write results and state in one transaction, under the row's lock and with the fence checked; the state comes last."""
    job = locked(lease)
    registry.kind_named(job.kind).commit(job, outcome)
    end_attempt(job, AttemptOutcome.SUCCEEDED, log=log, log_end=log_end)
    job.state, job.outcome, job.finished = JobState.SUCCEEDED, outcome, timezone.now()
    job.lease_until, job.cause, job.error = None, "", ""
    job.save(update_fields=["state", "outcome", "finished", "lease_until", "cause", "error"])
    return job


@transaction.atomic
def fail(
    lease: Lease,
    failure: Failure,
    *,
    log: str = "",
    log_end: int = 0,
    salvaged: dict[str, Any] | None = None,
) -> Job:
    """End the attempt; `salvaged` is what its kind kept of it, and becomes the job's outcome as long as there is no better one."""
    job = locked(lease)
    end_attempt(job, AttemptOutcome.FAILED, log=log, log_end=log_end, cause=failure.cause)
    if salvaged is not None:
        job.outcome = salvaged
        job.save(update_fields=["outcome"])
    return requeue_or_fail(job, within_retries(job, failure), wait=backoff(job.attempts_used))


def within_retries(job: Job, failure: Failure) -> Failure:
    """Memory that ran out or time that was up is met again by the same input: tried once more, not as often as there are attempts."""
    bound = RETRIES.get(Cause(failure.cause))
    used_up = bound is not None and job.attempts.filter(cause=failure.cause).count() > bound
    return failure._replace(transient=False) if used_up else failure


@transaction.atomic
def hand_back(lease: Lease) -> Job:
    """A worker that is asked to stop gives the job back; the attempt stays on record and is not counted."""
    job = locked(lease)
    end_attempt(job, AttemptOutcome.RELEASED)
    job.attempts_used -= 1
    return requeue(job, wait=0)


def locked(lease: Lease) -> Job:
    job = Job.objects.select_for_update().filter(pk=lease.job_id).first()
    if job is None or job.fence != lease.fence or job.state not in LIVE:
        raise LeaseLost
    return job


def end_attempt(job: Job, outcome: AttemptOutcome, *, log: str = "", log_end: int = 0, cause: str = "") -> None:
    """Close the open attempt and settle its quota; the caller holds the job's lock. An empty log keeps what heartbeats brought."""
    attempt = job.attempts.filter(ended=None).first()
    if attempt is not None:
        attempt.ended, attempt.outcome, attempt.cause = timezone.now(), outcome, cause
        if log:
            attempt.log, attempt.log_end = log, log_end
        attempt.save(update_fields=["ended", "outcome", "cause", "log", "log_end"])
    settle(job, attempt, outcome)


def requeue_or_fail(job: Job, failure: Failure, *, wait: float) -> Job:
    """Try again after `wait` seconds, or end the job when that cannot help or the attempts are used up."""
    job.cause, job.error = failure.cause, storable(failure.message)
    if failure.transient and job.attempts_used < job.max_attempts:
        return requeue(job, wait=wait)
    job.state, job.lease_until, job.finished = JobState.FAILED, None, timezone.now()
    kind = registry.find_kind(job.kind)
    if kind and kind.failed:
        kind.failed(job)
    job.save(update_fields=["state", "lease_until", "finished", "cause", "error"])
    return job


def requeue(job: Job, *, wait: float) -> Job:
    """Back into the queue; the reconciler sends the message once the wait is over."""
    now = timezone.now()
    job.state, job.lease_until, job.sent = JobState.QUEUED, None, None
    job.not_before = now + timedelta(seconds=wait)
    job.deadline = now + timedelta(days=settings.JOBS_QUEUE_DAYS)
    fields: Iterable[str] = [
        "state",
        "lease_until",
        "sent",
        "not_before",
        "deadline",
        "attempts_used",
        "cause",
        "error",
    ]
    job.save(update_fields=fields)
    return job


def backoff(attempts: int) -> float:
    """Seconds before the next attempt: 5, 10, 20 … 600 with the default base."""
    return min(LONGEST_BACKOFF, settings.JOBS_BACKOFF_SECONDS * 2 ** (attempts - 1))
