"""Several processes as one: started together, restarted when one ends on its own, ended together."""

import logging
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

from portal.jobs.worker.supervisor import PR_SET_PDEATHSIG, libc

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds
LONGEST_PAUSE = 30  # seconds before a process that keeps ending is started again
LIVED_LONG = 60  # seconds after which an end counts as the first one again
SECONDS_TO_END = 15


@dataclass
class Member:
    """`once`: a task that is done when it ends, so it is not started again."""

    name: str
    argv: Sequence[str]
    once: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    start_at: float = 0.0
    ends: int = 0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one thread only, so nothing can hold a lock across the fork
        )
        self.started = time.monotonic()

    def look(self) -> None:
        """Start the process if it is due; notice when it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.after_end(code, now)

    def after_end(self, code: int, now: float) -> None:
        if self.once:
            self.start_at = float("inf")
            logger.info("%s has ended with code %s.", self.name, code)
        else:
            self.ends = 1 if now - self.started > LIVED_LONG else self.ends + 1
            pause = min(LONGEST_PAUSE, 2 ** (self.ends - 1))
            self.start_at = now + pause
            logger.warning("%s ended with code %s; it is started again in %s s.", self.name, code, pause)
        self.process = None

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("%s does not end; it is killed.", self.name)
            self.process.kill()
            self.process.wait()


def end_with_parent() -> None:
    """Also a supervisor that is killed takes its processes along."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Household:
    members: Sequence[Member]
    stopped: Event = field(default_factory=Event)

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                for member in self.members:
                    member.look()
                self.stopped.wait(LOOK_EVERY)
        finally:
            self.end()

    def end(self) -> None:
        for member in self.members:
            member.end()
        until = time.monotonic() + SECONDS_TO_END
        for member in self.members:
            member.wait(until)
