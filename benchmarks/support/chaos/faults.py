"""What can go wrong, one function per kind. Each says whether it met anything: a fault that hits nobody is not counted."""

import contextlib
import errno
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psutil

from benchmarks.support.chaos import work
from benchmarks.support.chaos.fleet import POLLERS, RECONCILERS, Fleet

PAST_THE_LEASE = 4.0  # seconds; the lease of the kinds is 2
SKEW = 3.0  # seconds, more than a lease
FULL_FOR = 2.0  # seconds


@dataclass
class Scene:
    """`restarts` kill a service and bring it back; `skewed` are the processes of workers whose clock was wrong."""

    fleet: Fleet
    chance: random.Random
    restarts: Mapping[str, Callable[[], None]]
    prefix: str = ""
    doomed: list[int] = field(default_factory=list)
    skewed: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def later(self, act: Callable[[], Any]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        self.threads.append(thread)


def worker_killed(scene: Scene) -> bool:
    scene.fleet.kill(scene.chance.choice(POLLERS))
    return True


def celery_killed(scene: Scene) -> bool:
    """The main process alone: its pool has to notice."""
    scene.fleet.kill("celery")
    return True


def celery_group_killed(scene: Scene) -> bool:
    """Main process, pool, supervisors and children at one stroke."""
    scene.fleet.kill("celery", group=True)
    return True


def reconciler_killed(scene: Scene) -> bool:
    scene.fleet.kill(scene.chance.choice(RECONCILERS))
    return True


def supervisor_killed(scene: Scene) -> bool:
    return kill_one(scene, depth=0)


def child_killed(scene: Scene) -> bool:
    return kill_one(scene, depth=1)


def grandchild_killed(scene: Scene) -> bool:
    """Below the child: what a script starts, or the program inside the walls of a sandbox."""
    return kill_one(scene, depth=2)


def kill_one(scene: Scene, *, depth: int) -> bool:
    """Wait a little for an attempt that has got that far."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if below := scene.fleet.deep(depth):
            with contextlib.suppress(psutil.NoSuchProcess):
                scene.chance.choice(below).kill()
                return True
        time.sleep(0.02)
    return False


def zombie(scene: Scene) -> bool:
    """A worker sleeps past its lease while its child works on, then wakes and wants to write."""
    scene.fleet.sleep(scene.chance.choice(POLLERS), seconds=PAST_THE_LEASE)
    return True


def worker_told_to_stop(scene: Scene) -> bool:
    scene.fleet.processes[scene.chance.choice(POLLERS)].terminate()
    return True


def redis_killed(scene: Scene) -> bool:
    scene.restarts["Redis"]()
    return True


def postgresql_killed(scene: Scene) -> bool:
    scene.restarts["PostgreSQL"]()
    return True


def messages_repeated(scene: Scene) -> bool:
    """Three more messages for jobs that wait, run or are long done."""
    return work.send_again(scene.chance, times=3) > 0


def disk_full(scene: Scene) -> bool:
    """Fill the small disk to its last byte for a while."""
    if scene.fleet.small is None:
        return False
    filler = scene.fleet.small / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        fill(file)
    scene.later(lambda: (time.sleep(FULL_FOR), filler.unlink(missing_ok=True)))
    return True


def fill(file: Any) -> None:
    for size in (65536, 1):
        try:
            while file.write(b"\0" * size):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def reconcilers_at_once(scene: Scene) -> bool:
    """Three passes more, started in the same moment, one of them killed."""
    guests = [scene.fleet.invite(("manage.py", "reconcile", "--once"), seconds=20) for _ in range(3)]
    scene.later(lambda: (time.sleep(scene.chance.uniform(0.4, 1.2)), end(guests[0])))
    return True


def end(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)


def clock_wrong(scene: Scene) -> bool:
    """A worker whose clock is off by more than a lease, for some seconds."""
    skew = scene.chance.choice((-SKEW, SKEW))
    script = ("-m", "benchmarks.support.chaos.skewed", str(skew))
    scene.skewed.append(scene.fleet.invite(script, seconds=8).pid)
    return True


def cancelled_in_the_end(scene: Scene) -> bool:
    """A job of 0.4 s is cancelled, twice at once, around the moment in which it ends."""
    pk = work.doomed_job(scene.prefix, number=len(scene.doomed))
    if pk is None:
        return False
    scene.doomed.append(pk)
    wait = scene.chance.uniform(0.2, 0.9)
    for _ in range(2):
        scene.later(lambda: work.cancel_later(pk, wait=wait))
    return True


FAULTS: Mapping[str, Callable[[Scene], bool]] = {
    "worker killed": worker_killed,
    "worker told to stop": worker_told_to_stop,
    "worker asleep past its lease": zombie,
    "worker with a wrong clock": clock_wrong,
    "Celery main process killed": celery_killed,
    "Celery group killed": celery_group_killed,
    "supervisor killed": supervisor_killed,
    "child killed": child_killed,
    "process below the child killed": grandchild_killed,
    "reconciler killed": reconciler_killed,
    "reconcilers at once": reconcilers_at_once,
    "Redis killed without persistence": redis_killed,
    "PostgreSQL stopped at once": postgresql_killed,
    "messages repeated": messages_repeated,
    "disk full": disk_full,
    "cancelled as it ends": cancelled_in_the_end,
}
