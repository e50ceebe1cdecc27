"""Celery's way in: ids only, and the same worker that polling uses."""

import ctypes
import signal
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init

from portal.jobs.actions import reconcile
from portal.jobs.worker.loop import worker_of_this_process

PR_SET_PDEATHSIG = 1


@worker_process_init.connect
def die_with_main_process(**_signal: Any) -> None:
    """A pool process must not outlive a worker that was killed: nobody could stop it any more."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@shared_task(name="jobs.run")
def run_job(job_id: int) -> bool:
    """Work on the job if it still waits and fits this worker; a message that comes late or twice does nothing."""
    return worker_of_this_process().run_one(job_id=job_id)


@shared_task(name="jobs.reconcile")
def reconcile_jobs() -> int:
    return reconcile().changed
