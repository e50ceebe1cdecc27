from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.common.time import kst
from portal.jobs import registry
from portal.jobs.capabilities import covers
from portal.jobs.enums import ENDED_WITHOUT, FINAL, Cause, JobState
from portal.jobs.exit_codes import in_words
from portal.jobs.models import Attempt, Job, Need, Worker
from portal.jobs.quotas import in_the_way_of
from portal.jobs.routes import waiting_routes

WORKER_SILENT_AFTER = timedelta(seconds=60)
SECRET_DETAIL = {Cause.WORKER_LOST, Cause.NOT_TAKEN, Cause.QUOTA}  # detail names machines: for operators only


def is_blocked() -> Exists:
    """The condition that a job needs another one that has not succeeded."""
    return Exists(Need.objects.filter(job=OuterRef("pk")).exclude(on__state=JobState.SUCCEEDED))


def ready() -> QuerySet[Job]:
    """Waiting jobs that need no other job, or none any more."""
    return Job.objects.filter(~is_blocked(), state=JobState.QUEUED)


def hopeless_jobs() -> QuerySet[Job]:
    """Waiting jobs that need one which ended without success."""
    lost = Need.objects.filter(job=OuterRef("pk"), on__state__in=ENDED_WITHOUT)
    return Job.objects.filter(Exists(lost), state=JobState.QUEUED)


def unneeded_jobs() -> QuerySet[Job]:
    """Jobs whose result nothing can use any more: all that needed them ended without success."""
    needed = Need.objects.filter(on=OuterRef("pk"))
    in_use = needed.exclude(job__state__in=ENDED_WITHOUT)
    return Job.objects.filter(Exists(needed), ~Exists(in_use)).exclude(state__in=FINAL)


def claimable(capabilities: Mapping[str, int]) -> QuerySet[Job]:
    """Waiting jobs that a worker with these capabilities can do now, in the order in which they are taken."""
    routes = [route for route, requirements in waiting_routes().items() if covers(capabilities, requirements)]
    now = timezone.now()
    waiting = ready().filter(route__in=routes, kind__in=registry.kind_names(), not_before__lte=now)
    return waiting.order_by("-priority", "pk")


def waiting_for(capabilities: Mapping[str, int]) -> bool:
    """Whether a worker with these capabilities still has something to do, now or after a backoff."""
    queued = ready().filter(kind__in=registry.kind_names())
    return any(covers(capabilities, job.requirements) for job in queued.only("requirements").iterator())


def live_workers() -> QuerySet[Worker]:
    return Worker.objects.filter(seen__gte=timezone.now() - WORKER_SILENT_AFTER).order_by("name")


def jobs_before(job: Job) -> int:
    """How many waiting jobs are taken before this one."""
    earlier = Q(priority__gt=job.priority) | Q(priority=job.priority, pk__lt=job.pk)
    return ready().filter(earlier).count()


class AttemptRow(NamedTuple):
    """One attempt as a page shows it; `cause` is safe for teams."""

    attempt: Attempt
    number: int
    state: str
    cause: str
    cards: int


def attempts_of(job: Job) -> list[AttemptRow]:
    """Every lease that was given, oldest first; one that was handed back is among them and counts as none."""
    return [
        AttemptRow(
            attempt=row,
            number=number,
            state=row.get_outcome_display() if row.outcome else _("At work"),
            cause=row.get_cause_display() if row.cause else "",
            cards=len(list(filter(None, row.cards.split(",")))),
        )
        for number, row in enumerate(job.attempts.all(), 1)
    ]


def current_attempt(job: Job) -> Attempt | None:
    return job.attempts.filter(ended=None).first()


def why_waiting(job: Job) -> str:
    """One sentence for the page of whoever waits; empty when the job does not wait."""
    if job.state == JobState.LEASED:
        return _("A worker is preparing the input.")
    if job.state != JobState.QUEUED:
        return ""
    if job.not_before > timezone.now():
        return _("Tried again at %(time)s. The last attempt ended: %(cause)s.") % {
            "time": kst(job.not_before),
            "cause": job.get_cause_display(),
        }
    return parts_missing(job) or missing_worker(job) or in_the_way_of(job) or place_in_queue(job)


def parts_missing(job: Job) -> str:
    done, total = needs_done(job)
    return _("%(done)s of %(total)s parts are done.") % {"done": done, "total": total} if done < total else ""


def needs_done(job: Job) -> tuple[int, int]:
    """How many of the jobs that this one needs have succeeded, of how many."""
    states = list(job.needs.values_list("on__state", flat=True))
    return states.count(JobState.SUCCEEDED), len(states)


def missing_worker(job: Job) -> str:
    workers = list(live_workers())
    if not workers:
        return _("No worker is running. The job starts as soon as one reports in.")
    if not any(covers(worker.capabilities, job.requirements) for worker in workers):
        return _("No running worker offers what the job needs (%(needs)s).") % {"needs": needs_text(job)}
    return ""


def place_in_queue(job: Job) -> str:
    before = jobs_before(job)
    if before == 0:
        return _("Next in the queue.")
    return ngettext("%(count)s job is before it.", "%(count)s jobs are before it.", before) % {"count": before}


def needs_text(job: Job) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in job.requirements.items())


def explain(job: Job) -> str:
    """Why the job failed, in words that are safe for a team; empty when it did not."""
    if not job.cause:
        return ""
    detail = "" if job.cause in SECRET_DETAIL else in_words(job.error)
    return f"{job.get_cause_display()}: {detail}" if detail else f"{job.get_cause_display()}."


def progress_of(job: Job) -> dict[str, Any]:
    """`done`, `total` (0 while unknown) and `note`, whatever the child has written so far."""
    return {"done": 0, "total": 0, "note": "", **job.progress}
