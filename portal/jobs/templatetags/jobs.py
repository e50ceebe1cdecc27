from typing import Any

from django import template
from django.db.models import Model

from portal.jobs.enums import JobState
from portal.jobs.logs import log_after
from portal.jobs.models import Attempt, Job
from portal.jobs.selectors import attempts_of, explain, progress_of, why_waiting

register = template.Library()

TONES = {
    JobState.LEASED: "info",
    JobState.RUNNING: "info",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "danger",
    JobState.CANCELLED: "warning",
}


@register.filter
def job_tone(state: str) -> str:
    """The colour of a badge that shows a state of a job or the outcome of an attempt."""
    return TONES.get(JobState(state), "neutral") if state in JobState.values else "neutral"


@register.inclusion_tag("jobs/components/progress.html")
def job_progress(job: Job, poll: str = "") -> dict[str, Any]:
    """How far the job is, why it waits or failed; safe for whoever may see the run it belongs to.

    `poll` is the address that gives this part alone: the page asks it until the job is final.
    """
    return {
        "job": job,
        "tone": job_tone(job.state),
        "progress": progress_of(job),
        "waiting": why_waiting(job),
        "failure": explain(job) if job.state == JobState.FAILED else "",
        "poll": "" if job.is_final else poll,
    }


@register.inclusion_tag("jobs/components/attempts.html")
def job_attempts(job: Job, staff: bool = False, heading: Model | str = "") -> dict[str, Any]:  # noqa: FBT001, FBT002 - templates
    """Every attempt at the job. Teams read on what class of machine it ran; its name and its cards are for staff."""
    return {"job": job, "attempts": attempts_of(job), "staff": staff, "heading": heading}


@register.inclusion_tag("jobs/components/log.html")
def job_log(attempt: Attempt, address: str) -> dict[str, Any]:
    """What the child of an attempt printed, going on while it runs. For staff alone: it may quote what teams must not know."""
    return {"attempt": attempt, "part": log_after(attempt, offset=0), "address": address}
