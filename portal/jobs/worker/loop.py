"""A worker: claims one job after the other and does it in a child process."""

import logging
import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from portal.jobs import capabilities
from portal.jobs.actions import Lease, claim, equip, hand_back, report_in
from portal.jobs.cards import Held, Rack, cards_of_this_machine, chosen, described, offered
from portal.jobs.selectors import waiting_for
from portal.jobs.worker.attempt import DATABASE_AWAY, run_attempt, settle
from portal.jobs.worker.room import has_room
from portal.jobs.worker.workroom import Workroom

logger = logging.getLogger(__name__)

REPORT_EVERY = 15  # seconds


class Worker:
    """`grace`: seconds a running child may go on after `stop()` before its job is handed back to the queue.

    `gpus` names the cards this worker may use (`0,1`); without it all of the machine that no other worker has taken.
    """

    def __init__(self, *, offers: Mapping[str, int] | None = None, grace: float = 10, gpus: str | None = None) -> None:
        wanted = gpus if gpus is not None else os.environ.get("CUDA_VISIBLE_DEVICES")
        self.rack = Rack(chosen(cards_of_this_machine(), wanted), lock_folder())
        self.offers = {**capabilities.of_this_machine(), **offered(self.rack.cards), **(offers or {})}
        self.room = Workroom(settings.WORK_DIR / "jobs")
        self.name = self.room.name
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
        """Claim and do one job; False when there was none, or no room on the disk for one."""
        if not has_room(self.room.folder):
            logger.error("%s has no room for an attempt; nothing is claimed until there is.", self.room.folder)
            return False
        self.report()
        with self.rack.looked_through() as cards:
            lease = None if self.stopping else claim(self.name, capabilities=self.offers_with(cards), job_id=job_id)
            cards.keep(cards_for(lease) if lease else 0, preferred=lease.requirements if lease else {})
        try:
            return lease is not None and self.work_on(lease, cards)
        finally:
            cards.release()

    def offers_with(self, cards: Held) -> dict[str, int]:
        """What it can take now: its cards that no other worker holds. A machine without cards offers what it was told to."""
        if not self.rack.cards:
            return self.offers
        now = offered(sorted(cards))
        return {**self.offers, **{name: min(amount, now.get(name, 0)) for name, amount in self.of_cards().items()}}

    def of_cards(self) -> dict[str, int]:
        return {name: self.offers[name] for name in offered(self.rack.cards)}

    def work_on(self, lease: Lease, cards: Held) -> bool:
        logger.info("Job %s: attempt %s starts.", lease.job_id, lease.fence)
        equip(lease, hardware=described(sorted(cards)) or processors(self.offers), cards=cards.numbers)
        with ExitStack() as stack:
            try:
                workdir = stack.enter_context(self.room.folder_for(lease.job_id, lease.fence))
            except OSError as error:
                logger.warning("Job %s is handed back: its folder cannot be made (%s).", lease.job_id, error)
                settle(lambda: hand_back(lease))
                return False
            run_attempt(lease, workdir=workdir, must_stop=self.must_stop, cards=cards)
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


def lock_folder() -> Path:
    return Path(settings.JOBS_CARD_LOCKS or settings.WORK_DIR / "cards")


def cards_for(lease: Lease) -> int:
    """As many as the job needs; one that needs none takes what its kind wishes, if it is free."""
    return lease.requirements.get("gpus", 0) or lease.cards_wished


def processors(offers: Mapping[str, int]) -> str:
    return f"CPU × {offers.get('cpu', 1)}"


@cache
def worker_of_this_process() -> Worker:
    """A Celery pool process works through one worker for as long as it lives."""
    return Worker(offers=capabilities.parse(settings.JOBS_CAPABILITIES), gpus=settings.JOBS_GPUS)
