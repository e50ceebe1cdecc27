"""Jobs for tests. `run_now` really runs the child; nothing of the worker is replaced."""

from itertools import count
from typing import Any

from portal.jobs import actions
from portal.jobs.models import Job
from portal.jobs.worker.loop import Worker

_numbers = count(1)


def make_job(kind: str, **options: Any) -> Job:
    defaults = {"key": f"test-{next(_numbers)}", "payload": {}, "actor": "system"}
    return actions.enqueue(kind, **(defaults | options))


def run_now(job: Job, **offers: int) -> Job:
    """One attempt at exactly this job in this process."""
    worker = Worker(offers=offers)
    try:
        if not worker.run_one(job_id=job.pk):
            raise AssertionError(f"{job} cannot be claimed by a worker that offers {worker.offers}")
    finally:
        worker.close()
    job.refresh_from_db()
    return job
