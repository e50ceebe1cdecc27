"""Asking for work. The caller's own action is the audited one: it knows what the job is for."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.jobs import capabilities as needs
from portal.jobs import registry
from portal.jobs.actions.leases import end_attempt
from portal.jobs.actions.sending import send_after_commit
from portal.jobs.enums import ENDED_WITHOUT, AttemptOutcome, JobState
from portal.jobs.errors import KeyReused
from portal.jobs.models import Job, Need, Worker


@transaction.atomic
def enqueue(
    kind: str,
    *,
    key: str,
    payload: Mapping[str, Any],
    actor: str,
    requirements: Mapping[str, int] | None = None,
    priority: int = 0,
    account: str = "",
    after: Sequence[Job] = (),
    time_limit: int | None = None,
) -> Job:
    """Queue the work once per key: a second call with the same key and payload returns the first job.

    `time_limit` in seconds stands for that of the kind. `account` is whose quota the work is taken from; "" has none.

    It is taken when all of `after` have succeeded; when one of them ends without success, so does it, with that cause.
    """
    needed = needs.checked(requirements)
    job, created = Job.objects.get_or_create(
        idempotency_key=key,
        defaults={
            "kind": kind,
            "payload": dict(payload),
            "requirements": needed,
            "route": needs.route_of(needed),
            "priority": priority,
            "account": account,
            "time_limit": time_limit,
            "requested_by": actor,
            "max_attempts": registry.kind_named(kind).max_attempts,
            "deadline": queue_deadline(),
        },
    )
    if created:
        Need.objects.bulk_create(Need(job=job, on=other) for other in after)
        if not after:  # the reconciler sends it when they are done
            send_after_commit(job)
    elif (job.kind, job.payload) != (kind, dict(payload)):
        raise KeyReused(f"The key {key!r} already stands for another {job.kind} job; use one key per piece of work.")
    return job


def queue_deadline() -> Any:
    return timezone.now() + timedelta(days=settings.JOBS_QUEUE_DAYS)


@transaction.atomic
def cancel(job: Job) -> Job:
    """End the job now. A worker that holds it notices at its next heartbeat and ends the child; final jobs stay as they are."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.is_final:
        return job
    end_attempt(job, AttemptOutcome.CANCELLED)
    job.state, job.lease_until, job.finished = JobState.CANCELLED, None, timezone.now()
    job.save(update_fields=["state", "lease_until", "finished"])
    return job


@transaction.atomic
def retry(job: Job) -> Job:
    """Queue a job that failed or was cancelled again, with as many new attempts as its kind allows; any other stays as it is.

    The jobs it needs that ended without success are queued with it, and so is the work that ended because of it: a part alone
    would be of use to nobody, and would be cancelled as such.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state not in ENDED_WITHOUT:
        return job
    wholes = list(Job.objects.filter(needs__on=job, state__in=ENDED_WITHOUT).order_by("pk"))
    again = {job.pk, *(whole.pk for whole in wholes)}
    again |= set(Need.objects.filter(job__in=again, on__state__in=ENDED_WITHOUT).values_list("on", flat=True))
    for other in Job.objects.select_for_update().filter(pk__in=again).order_by("pk"):
        _queue_again(other)
    job.refresh_from_db()
    return job


@transaction.atomic
def go_on_without(job: Job) -> None:
    """Let the jobs that need this one be taken without it: its kind says why it has no result, and that is a result, too."""
    Job.objects.filter(needs__on=job, state=JobState.QUEUED).update(deadline=queue_deadline())
    Need.objects.filter(on=job).delete()


def _queue_again(job: Job) -> None:
    job.state, job.finished, job.sent = JobState.QUEUED, None, None
    job.not_before, job.deadline = timezone.now(), queue_deadline()
    job.max_attempts = job.attempts_used + registry.kind_named(job.kind).max_attempts
    job.save(update_fields=["state", "finished", "sent", "not_before", "deadline", "max_attempts"])
    send_after_commit(job)


def report_in(worker: str, *, capabilities: Mapping[str, int]) -> None:
    Worker.objects.update_or_create(name=worker, defaults={"capabilities": dict(capabilities), "seen": timezone.now()})
