"""The work room of the nodes: what waits and why, what is at work and where, what failed, and who may use how much."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.consortia.models import Consortium
from portal.consortia.selectors import consortium_for_account
from portal.jobs.enums import ENDED_WITHOUT, LIVE, JobState
from portal.jobs.models import Attempt, Job, Quota, Reservation, Worker
from portal.jobs.quotas import Usage, hours, usage_under
from portal.jobs.selectors import (
    attempts_of,
    current_attempt,
    explain,
    jobs_before,
    live_workers,
    needs_text,
    progress_of,
    why_waiting,
)
from portal.submissions.models import SubmissionRun

PER_PAGE = 25
FAILURES = 25  # shown of those of the last days
FAILURE_DAYS = 14
ACCOUNTS = 50  # shown below a quota for each account
RUNS = ("benchmark", "originality", "trace", "code")


class WaitingRow(NamedTuple):
    job: Job
    place: int
    needs: str
    why: str


class LiveRow(NamedTuple):
    job: Job
    attempt: Attempt | None
    progress: dict[str, Any]


class QuotaRow(NamedTuple):
    """A quota and what stands against it: of its own account, or of every account it is the quota of."""

    quota: Quota
    card_hours: str
    use: list[tuple[str, Usage, str]]


class WorkRoom(NamedTuple):
    queue: "Page[Job]"
    waiting: list[WaitingRow]
    live: list[LiveRow]
    failures: list[tuple[Job, str]]
    workers: list[tuple[Worker, str]]


def work_room(page: str | None) -> WorkRoom:
    queue = Paginator(queued_jobs(), PER_PAGE).get_page(page)
    return WorkRoom(
        queue=queue,
        waiting=[WaitingRow(job, jobs_before(job) + 1, needs_text(job), why_waiting(job)) for job in queue],
        live=[LiveRow(job, current_attempt(job), progress_of(job)) for job in live_jobs()],
        failures=[(job, explain(job)) for job in failed_jobs()[:FAILURES]],
        workers=[(worker, offers_text(worker.capabilities)) for worker in live_workers()],
    )


def queued_jobs() -> "QuerySet[Job]":
    """In the order in which they are taken."""
    return Job.objects.filter(state=JobState.QUEUED).order_by("-priority", "pk")


def live_jobs() -> "QuerySet[Job]":
    return Job.objects.filter(state__in=LIVE).order_by("pk")


def failed_jobs() -> "QuerySet[Job]":
    since = timezone.now() - timedelta(days=FAILURE_DAYS)
    return Job.objects.filter(state__in=ENDED_WITHOUT, finished__gte=since).order_by("-finished", "-pk")


def offers_text(capabilities: dict[str, int]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in capabilities.items() if amount)


def run_row_of(job: Job) -> SubmissionRun | None:
    """The row of a hand-in that the job works for, itself or as a part; None for other work."""
    jobs = [job.pk, *job.needed_by.values_list("job", flat=True)]
    wanted = Q()
    for kind in RUNS:
        wanted |= Q(**{f"{kind}__job__in": jobs})
    return SubmissionRun.objects.filter(wanted).select_related("submission__entry__consortium").first()


def owner_of(job: Job) -> Consortium | None:
    return consortium_for_account(job.account)


def share_of(job: Job) -> Reservation | None:
    return Reservation.objects.filter(job=job).first()


def quota_rows() -> list[QuotaRow]:
    return [
        QuotaRow(quota, "" if quota.card_seconds is None else hours(quota.card_seconds), list(uses_of(quota)))
        for quota in Quota.objects.all()
    ]


def uses_of(quota: Quota) -> Iterable[tuple[str, Usage, str]]:
    """(account, use, card-hours); a quota for each account lists those that have used something and have none of their own."""
    accounts = [quota.account]
    if not quota.account:
        own = Quota.objects.filter(kind=quota.kind).exclude(account="").values("account")
        since = timezone.now() - timedelta(days=quota.days)
        used = Reservation.objects.filter(made__gte=since).exclude(account__in=own)
        accounts = list(used.order_by("account").values_list("account", flat=True).distinct()[:ACCOUNTS])
    for account in accounts:
        use = usage_under(quota, account)
        yield account, use, hours(use.card_seconds)


def job_document(job: Job) -> dict[str, Any]:
    """One job for programs, as the page shows it: no log, no input."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "priority": job.priority,
        "requirements": job.requirements,
        "account": job.account,
        "waiting": why_waiting(job),
        "place": jobs_before(job) + 1 if job.state == JobState.QUEUED else None,
        "progress": progress_of(job),
        "cause": job.cause,
        "error": explain(job),
        "created": job.created.isoformat(),
        "started": job.started.isoformat() if job.started else None,
        "heartbeat": job.heartbeat.isoformat() if job.heartbeat else None,
        "finished": job.finished.isoformat() if job.finished else None,
        "attempts": [
            {
                "number": row.number,
                "worker": row.attempt.worker,
                "hardware": row.attempt.hardware,
                "cards": row.attempt.cards,
                "started": row.attempt.started.isoformat(),
                "ended": row.attempt.ended.isoformat() if row.attempt.ended else None,
                "outcome": row.attempt.outcome,
                "cause": row.attempt.cause,
            }
            for row in attempts_of(job)
        ],
    }


def room_document(page: str | None) -> dict[str, Any]:
    """The work room for programs."""
    room = work_room(page)
    return {
        "queue": [
            {"id": row.job.pk, "kind": row.job.kind, "place": row.place, "priority": row.job.priority}
            | {"requirements": row.job.requirements, "waiting": row.why}
            for row in room.waiting
        ],
        "queued": room.queue.paginator.count,
        "pages": room.queue.paginator.num_pages,
        "live": [job_document(row.job) for row in room.live],
        "failures": [job_document(job) for job, _why in room.failures],
        "workers": [
            {"name": worker.name, "capabilities": worker.capabilities, "seen": worker.seen.isoformat()}
            for worker, _text in room.workers
        ],
    }
