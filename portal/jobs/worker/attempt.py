"""One attempt: prepare, run the child under a living lease, collect, commit. Whatever happens, the row learns why."""

import errno
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connections

from portal.artifacts.errors import ArtifactError
from portal.common.sandbox.probe import available
from portal.jobs import registry
from portal.jobs.actions.leases import Lease, fail, hand_back, heartbeat, start, succeed
from portal.jobs.cards import Held, seen_by_cuda
from portal.jobs.enums import Cause
from portal.jobs.errors import Failure, JobError, LeaseLost, TransientError
from portal.jobs.models import Job
from portal.jobs.quotas import time_limit_of
from portal.jobs.worker.child import RESULT, Child, Output

logger = logging.getLogger(__name__)

T = TypeVar("T")
DATABASE_AWAY = (OperationalError, InterfaceError)
STORAGE_FULL = {errno.ENOSPC, errno.EDQUOT}
LOOK_EVERY = 0.25  # seconds between two looks at the child
CARD_DEVICES = "JOB_CARD_DEVICES"  # N of /dev/nvidiaN, for a child that puts walls around what it starts
PATIENCE = 120  # seconds in which a finished attempt waits for a database that is away


class HandBack(Exception):
    """The worker is asked to stop and does not wait for this child."""


def run_attempt(lease: Lease, *, workdir: Path, must_stop: Callable[[], bool], cards: Held | None = None) -> None:
    """Bring the leased job as far as it goes. Raises only when the database stays away: the reconciler then takes over."""
    said = Output()
    job, cards = None, cards or Held()
    try:
        job = Job.objects.get(pk=lease.job_id)
        child = Child(with_cards(prepare(job, lease, workdir), cards), workdir, keep_open=cards.descriptors)
        try:
            with child:
                follow(child, lease, time_limit_of(job), must_stop)
        finally:
            said = child.log()
        outcome = collect(job, lease, workdir)
        patiently(lambda: succeed(lease, outcome, log=said.text, log_end=said.end))
    except LeaseLost:
        logger.warning("Job %s: lease %s is lost; the attempt is dropped.", lease.job_id, lease.fence)
    except HandBack:
        settle(lambda: hand_back(lease))
    except Exception as error:  # noqa: BLE001 - whatever a kind raises ends the attempt, and failure_from logs it whole
        failure = failure_from(error, lease)
        kept = salvage(job, lease, workdir) if job else None
        give_up(lease, failure, said, kept)


def with_cards(command: registry.Command, cards: Held) -> registry.Command:
    """Let the child see the cards that were taken for it, and no other; the walls let in their devices alone."""
    walls, devices = command.sandbox, tuple(card.device for card in sorted(cards))
    if walls is not None:
        walls = replace(walls, cards=devices)
    seen = seen_by_cuda(sorted(cards), walled=walls is not None and available())
    seen[CARD_DEVICES] = ",".join(map(str, devices))
    return replace(command, env={**command.env, **seen}, sandbox=walls)


def salvage(job: Job, lease: Lease, workdir: Path) -> dict[str, Any] | None:
    """What the kind keeps of a failed attempt; that it cannot be kept is logged and changes nothing about the failure."""
    act = registry.kind_named(job.kind).salvage
    if act is None:
        return None
    try:
        with kept_alive(lease):
            return act(job, workdir)
    except Exception:
        logger.exception("Job %s: nothing could be kept of attempt %s.", lease.job_id, lease.fence)
        return None


def give_up(lease: Lease, failure: Failure, said: Output, kept: dict[str, Any] | None) -> None:
    """Write the failure down; what was kept of the attempt goes with it, unless no row can hold it.

    A worker must survive whatever a strange input makes of that: it has other jobs. The lease runs out where nothing can be written.
    """
    try:
        settle(lambda: fail(lease, failure, log=said.text, log_end=said.end, salvaged=kept))
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("Job %s: the end of attempt %s could not be written whole.", lease.job_id, lease.fence)
        bare = Failure(Cause.UNEXPECTED, uuid.uuid4().hex[:8], transient=failure.transient)
        try:
            settle(lambda: fail(lease, bare))
        except DATABASE_AWAY:
            raise
        except Exception:
            logger.exception("Job %s: left to the reconciler, incident %s.", lease.job_id, bare.message)


def settle(act: Callable[[], Job]) -> None:
    try:
        patiently(act)
    except LeaseLost:
        logger.warning("The lease went before the end of the attempt could be written; the job is not ours any more.")


def prepare(job: Job, lease: Lease, workdir: Path) -> registry.Command:
    with kept_alive(lease):
        command = registry.kind_named(job.kind).prepare(job, workdir)
    start(lease)
    return command


def follow(child: Child, lease: Lease, time_limit: float, must_stop: Callable[[], bool]) -> None:
    """Wait for the child, relaying progress and prolonging the lease; raises unless it ends with a result."""
    begun = beaten = time.monotonic()
    while (code := child.wait(LOOK_EVERY)) is None:
        now = time.monotonic()
        if must_stop():
            raise HandBack
        if now - begun > time_limit:
            raise TransientError(f"{time_limit:g} s", cause=Cause.TIME_LIMIT)
        progress = child.new_progress() if now - beaten >= min(1, lease.seconds / 4) else None
        if progress is not None or now - beaten >= lease.seconds / 4:
            beat(lease, progress=progress, said=child.log())
            beaten = now
    if (last := child.new_progress()) is not None:
        beat(lease, progress=last)
    if code != 0 or not (child.workdir / RESULT).is_file():
        raise ChildFailed(child.failure(code))


class ChildFailed(JobError):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.cause, self.transient = failure.cause, failure.transient


def collect(job: Job, lease: Lease, workdir: Path) -> dict[str, Any]:
    with kept_alive(lease):
        return registry.kind_named(job.kind).collect(job, workdir)


def beat(lease: Lease, *, progress: Mapping[str, Any] | None = None, said: Output | None = None) -> None:
    """One heartbeat. A database that is away says nothing about the lease, so the work goes on; the fence decides later."""
    try:
        log, end = said or (None, 0)
        kept = heartbeat(lease, progress=progress, log=log, log_end=end)
    except DATABASE_AWAY as error:
        logger.warning("Job %s: no heartbeat, the database does not answer (%s).", lease.job_id, error)
        connections.close_all()
        return
    if not kept:
        raise LeaseLost


@contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Heartbeats from a thread while this one is busy in `prepare` or `collect`."""
    done, lost = threading.Event(), threading.Event()

    def beat_until_done() -> None:
        try:
            while not done.wait(lease.seconds / 4):
                beat(lease)
        except LeaseLost:
            lost.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat_until_done, name=f"heartbeat-{lease.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    if lost.is_set():
        raise LeaseLost


def patiently(act: Callable[[], T]) -> T:
    """Repeat a settling write while the database is away, so that a finished child's work is not thrown out."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except DATABASE_AWAY:
            if time.monotonic() > until:
                raise
            logger.warning("The database does not answer; the end of the attempt is written as soon as it does.")
            connections.close_all()
            time.sleep(1)


def failure_from(error: Exception, lease: Lease) -> Failure:
    """Expected failures speak for themselves; anything else is logged whole and shown as an id."""
    if isinstance(error, JobError):
        return Failure(error.cause, str(error), transient=error.transient)
    if isinstance(error, ArtifactError) and error.code == "destroyed":
        return Failure(Cause.INPUT, str(error), transient=False)
    if isinstance(error, OSError) and error.errno in STORAGE_FULL:
        logger.error("Job %s: the storage is full (%s).", lease.job_id, error)
        return Failure(Cause.STORAGE, "", transient=True)
    incident = uuid.uuid4().hex[:8]
    logger.error("Job %s, incident %s", lease.job_id, incident, exc_info=error)
    return Failure(Cause.UNEXPECTED, incident, transient=True)
