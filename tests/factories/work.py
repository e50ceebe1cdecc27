"""Jobs on the nodes in the states that the work room shows. The children never run; the rows are those of a real lease."""

from typing import Any

from portal.jobs import actions
from portal.jobs.errors import Failure
from portal.jobs.models import Attempt, Job
from portal.jobs.registry import kind_names
from tests.factories.jobs import make_job
from tests.jobs import recorded

KIND = recorded.RECORDED.name
CARDS = {"gpus": 8, "gpu_memory_gb": 150, "nvidia_h200": 8}


def waiting_job(**options: Any) -> Job:
    return make_job(options.pop("kind", KIND), **options)


def leased(job: Job, *, worker: str = "node-1-4711", hardware: str = "2 × NVIDIA H200 (150 GB)") -> actions.Lease:
    lease = actions.claim(worker, capabilities=CARDS, job_id=job.pk)
    if lease is None:
        raise AssertionError(f"{job} cannot be claimed; known kinds are {kind_names()}")
    actions.equip(lease, hardware=hardware, cards="0,1")
    return lease


def running_job(*, log: str = "loading the checkpoint\n", **options: Any) -> Job:
    job = waiting_job(**options)
    lease = leased(job)
    actions.start(lease)
    progress = {"done": 3, "total": 12, "note": "spelling"}
    actions.heartbeat(lease, progress=progress, log=log, log_end=len(log.encode()))
    job.refresh_from_db()
    return job


def failed_job(failure: Failure, *, log: str = "", **options: Any) -> Job:
    job = waiting_job(**options)
    return actions.fail(leased(job), failure, log=log, log_end=len(log.encode()))


def attempt_of(job: Job) -> Attempt:
    return job.attempts.latest("fence")
