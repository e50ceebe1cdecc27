from typing import Any

from django import template

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.selectors import explain, progress_of, why_waiting

register = template.Library()

TONES = {
    JobState.LEASED: "info",
    JobState.RUNNING: "info",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "danger",
    JobState.CANCELLED: "warning",
}


@register.inclusion_tag("jobs/components/progress.html")
def job_progress(job: Job) -> dict[str, Any]:
    """How far the job is, why it waits or failed; safe for whoever may see the run it belongs to."""
    return {
        "job": job,
        "tone": TONES.get(JobState(job.state), "neutral"),
        "progress": progress_of(job),
        "waiting": why_waiting(job),
        "failure": explain(job) if job.state == JobState.FAILED else "",
    }
