"""Celery's way in: ids only, and the same worker that polling uses."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from typing import Any

from billiard import active_children
from celery import shared_task
from celery.signals import celeryd_after_setup, worker_process_init, worker_shutting_down
from django.conf import settings
from django.db import connections

from portal.jobs import capabilities
from portal.jobs.actions import reconcile
from portal.jobs.cards import cards_of_this_machine, chosen, offered
from portal.jobs.queues import queues_for
from portal.jobs.worker.attempt import DATABASE_AWAY
from portal.jobs.worker.loop import REPORT_EVERY, worker_of_this_process

PR_SET_PDEATHSIG = 1
CHOSEN_BY_HAND = ("-Q", "--queues")


@celeryd_after_setup.connect
def listen_to_what_fits(instance: Any, **_signal: Any) -> None:
    """Without -Q a worker listens to every queue whose jobs its cards can do."""
    if not any(argument.startswith(CHOSEN_BY_HAND) for argument in sys.argv):
        offers = offered(chosen(cards_of_this_machine(), settings.JOBS_GPUS))
        for name in queues_for(offers | capabilities.parse(settings.JOBS_CAPABILITIES)):
            instance.app.amqp.queues.select_add(name)


@worker_process_init.connect
def begin_process(**_signal: Any) -> None:
    """A pool process must not outlive a worker that was killed: nobody could stop it any more.

    It says from its start on that it is there, also while no message comes, and gives its job back when the worker drains.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    worker = worker_of_this_process()
    worker.grace = settings.JOBS_GRACE_SECONDS
    signal.signal(signal.SIGUSR2, worker.stop)
    threading.Thread(target=keep_reporting, name="report", daemon=True).start()


def keep_reporting() -> None:
    worker = worker_of_this_process()
    while not worker.stopping:
        with contextlib.suppress(*DATABASE_AWAY):
            worker.report()
        connections.close_all()
        time.sleep(REPORT_EVERY)


@worker_shutting_down.connect
def drain(**_signal: Any) -> None:
    """On SIGTERM Celery waits for its tasks without a bound; each pool process is told to end or hand back what it holds."""
    for pid in filter(None, (process.pid for process in active_children())):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR2)


@shared_task(name="jobs.run")
def run_job(job_id: int) -> bool:
    """Work on the job if it still waits and fits this worker; a message that comes late or twice does nothing."""
    return worker_of_this_process().run_one(job_id=job_id)


@shared_task(name="jobs.reconcile")
def reconcile_jobs() -> int:
    return reconcile().changed
