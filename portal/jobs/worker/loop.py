"""A worker: claims one job after the other and does it in a child process."""

import logging
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections

from portal.jobs import capabilities
from portal.jobs.actions import claim, report_in
from portal.jobs.selectors import waiting_for
from portal.jobs.worker.attempt import DATABASE_AWAY, run_attempt
from portal.jobs.worker.workroom import Workroom

logger = logging.getLogger(__name__)

REPORT_EVERY = 15  # seconds


class Worker:
    """`grace`: seconds a running child may go on after `stop()` before its job is handed back to the queue."""

    def __init__(self, *, offers: Mapping[str, int] | None = None, grace: float = 10) -> None:
        self.room = Workroom(settings.WORK_DIR / "jobs")
        self.name = self.room.name
        self.offers = capabilities.of_this_machine() | dict(offers or {})
        self.grace = grace
        self._stop_at: float | None = None
        self._reported = float("-inf")

    def stop(self, *_signal: Any) -> None:
        self._stop_at = self._stop_at or time.monotonic()

    @property
    def stopping(self) -> bool:
        return self._stop_at is not None

    def must_stop(self) -> bool:
        return self._stop_at is not None and time.monotonic() >= self._stop_at + self.grace

    def run_one(self, *, job_id: int | None = None) -> bool:
        """Claim and do one job; False when there was none."""
        self.report()
        lease = claim(self.name, capabilities=self.offers, job_id=job_id)
        if lease is None:
            return False
        logger.info("Job %s: attempt %s starts.", lease.job_id, lease.fence)
        with self.room.folder_for(lease.job_id, lease.fence) as workdir:
            run_attempt(lease, workdir=workdir, must_stop=self.must_stop)
        return True

    def poll(self, *, every: float, drain: bool = False) -> None:
        """Work until told to stop or, with `drain`, until nothing waits for a worker like this one."""
        while not self.stopping:
            try:
                worked = self.run_one()
                if drain and not worked and not waiting_for(self.offers):
                    return
            except DATABASE_AWAY as error:
                logger.warning("The database does not answer (%s); trying again.", error)
                connections.close_all()
                worked = False
            if not worked:
                time.sleep(every)

    def report(self) -> None:
        if time.monotonic() - self._reported >= REPORT_EVERY:
            report_in(self.name, capabilities=self.offers)
            self._reported = time.monotonic()

    def close(self) -> None:
        self.room.close()


@cache
def worker_of_this_process() -> Worker:
    """A Celery pool process works through one worker for as long as it lives."""
    return Worker(offers=capabilities.parse(settings.JOBS_CAPABILITIES))
