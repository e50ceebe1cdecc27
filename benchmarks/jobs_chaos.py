"""Jobs under faults, on a real PostgreSQL and Redis: is any lost, done twice, or written by a worker that had lost its lease?

    python benchmarks/jobs_chaos.py [--jobs 60] [--seed 1] [--faults 24]

Two polling workers, one Celery worker and two reconcilers do short jobs while processes are killed and stopped around them. Every
fifth job is announced to no broker, every other one three times, and each is asked for twice; every sixth puts together the five
before it and must not begin earlier than they end. Ends with 1 unless all counts are 0.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402

from benchmarks.support.restartable import Restartable  # noqa: E402
from tools import services  # noqa: E402

PATIENCE = 600  # seconds after which jobs that are not final count as lost
PAST_THE_LEASE = 4  # seconds; the kind's lease is 2
POLLING = ("manage.py", "run_worker", "--every", "0.2", "--grace", "0")
CELERY = ("-m", "celery", "-A", "portal.config", "worker", "--concurrency", "1", "--loglevel", "ERROR")
RECONCILER = ("manage.py", "reconcile", "--every", "0.5")
COMMANDS = {
    "worker 1": POLLING,
    "worker 2": POLLING,
    "celery": CELERY,
    "reconciler 1": RECONCILER,
    "reconciler 2": RECONCILER,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=24)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        chaos = stack.enter_context(site(random.Random(options.seed)))
        ask_for(options.jobs, chaos.chance)
        begun = time.monotonic()
        chaos.run(options.faults)
        return report(chaos, seconds=time.monotonic() - begun)


class Chaos:
    """The running processes and what is done to them."""

    def __init__(
        self, env: Mapping[str, str], chance: random.Random, restarts: Mapping[str, Callable[[], None]]
    ) -> None:
        self.env, self.chance, self.restarts = dict(env), chance, restarts
        self.processes = {name: self.start(name) for name in COMMANDS}
        self.stopped: list[tuple[float, psutil.Process]] = []
        self.done: Counter[str] = Counter()
        self.faults: list[Callable[[], str]] = [
            lambda: self.kill_one("worker 1", "worker 2"),
            lambda: self.kill_one("celery"),
            lambda: self.kill_one("reconciler 1", "reconciler 2"),
            self.kill_below_a_worker,
            self.stop_a_worker,
            lambda: self.restart("Redis"),
            lambda: self.restart("PostgreSQL"),
        ]

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        command = [sys.executable, *COMMANDS[name]]
        return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=quiet, stderr=quiet, start_new_session=True)

    def run(self, faults: int) -> None:
        """Spread the faults over the work, then let everything settle."""
        order = [self.faults[number % len(self.faults)] for number in range(faults)]
        self.chance.shuffle(order)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and (order or unfinished()):
            if order:
                self.done[order.pop()()] += 1
            self.keep_alive()
            time.sleep(self.chance.uniform(0.5, 2))
            self.wake()

    def kill_one(self, *names: str) -> str:
        name = self.chance.choice(names)
        self.processes[name].kill()
        self.processes[name].wait()
        return f"kill -9 {name.partition(' ')[0]}"

    def kill_below_a_worker(self) -> str:
        """The supervisor or the command of an attempt, whatever runs just now."""
        below = [child for name in ("worker 1", "worker 2", "celery") for child in self.below(name)]
        if below:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.chance.choice(below).kill()
        return "kill -9 child" if below else "no child to kill"

    def below(self, name: str) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.processes[name].pid).children(recursive=True)
        return []

    def stop_a_worker(self) -> str:
        """A zombie: it sleeps past its lease while its child works on, and then wants to write."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.processes[self.chance.choice(["worker 1", "worker 2"])].pid)
            process.suspend()
            self.stopped.append((time.monotonic() + PAST_THE_LEASE, process))
        return "stopped past the lease"

    def restart(self, name: str) -> str:
        self.restarts[name]()
        return f"{name} killed"

    def wake(self) -> None:
        for due, process in list(self.stopped):
            if time.monotonic() >= due:
                self.stopped.remove((due, process))
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()

    def keep_alive(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.processes[name] = self.start(name)

    def end(self) -> int:
        """Kill all; how many processes below them are left a moment later."""
        below = [child for name in COMMANDS for child in self.below(name)]
        for process in self.processes.values():
            process.kill()
            process.wait()
        _, left = psutil.wait_procs(below, timeout=30)
        return len(left)


@contextlib.contextmanager
def site(chance: random.Random) -> Iterator[Chaos]:
    """PostgreSQL (immediate stop), Redis (no persistence), the tables and the processes."""
    database_port, redis_port = services.free_port(), services.free_port()
    with services.temporary_folder() as folder:
        url = make_database(folder / "pg", database_port)
        database = Restartable(
            lambda: services.postgresql_server(folder / "pg", database_port, ending=signal.SIGQUIT), down=1.5
        )
        broker = Restartable(lambda: services.redis(folder / "redis", port=redis_port, ending=signal.SIGKILL), down=2)
        env = {"DATABASE_URL": url, "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0", "PORTAL_VAR": str(folder / "var")}
        prepare_django(env)
        chaos = Chaos(os.environ, chance, {"Redis": broker, "PostgreSQL": database})
        try:
            yield chaos
        finally:
            chaos.end()
            broker.stack.close()
            database.stack.close()


def make_database(folder: Path, port: int) -> str:
    with services.postgresql(folder, port=port) as url:
        return url


def prepare_django(env: Mapping[str, str]) -> None:
    os.environ |= {**env, "DJANGO_SETTINGS_MODULE": "tests.jobs.process_settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def ask_for(count: int, chance: random.Random) -> None:
    from django.conf import settings

    from portal.jobs import actions
    from portal.jobs.actions.sending import send

    broker, parts = settings.CELERY_BROKER_URL, list[Any]()
    for number in range(count):
        payload = {"script": f"time.sleep({chance.uniform(0.1, 1.5):.2f}); result({number})"}
        settings.CELERY_BROKER_URL = "" if number % 5 == 0 else broker
        for _ in range(2):
            after = parts if number % 6 == 5 else ()
            job = actions.enqueue("hasty", key=f"job-{number}", payload=payload, actor="system", after=after)
        for _ in range(2 if settings.CELERY_BROKER_URL else 0):
            send(job.pk)
        parts = [] if number % 6 == 5 else [*parts, job]
    settings.CELERY_BROKER_URL = broker


def unfinished() -> int:
    from django.db import OperationalError, connection

    from portal.jobs.enums import FINAL
    from portal.jobs.models import Job

    try:
        return Job.objects.exclude(state__in=FINAL).count()
    except OperationalError:
        connection.close()
        return 1


def report(chaos: Chaos, *, seconds: float) -> int:
    from portal.jobs.models import Attempt, Job
    from tests.jobs.kinds.models import Result

    left = chaos.end()
    fences = dict(Job.objects.filter(state="succeeded").values_list("pk", "fence"))
    results = list(Result.objects.values_list("job_id", "fence"))
    written = Counter(job for job, _ in results)
    counts = {
        "lost": Job.objects.exclude(state="succeeded").count() + len(fences.keys() - written.keys()),
        "duplicates": sum(number - 1 for number in written.values()),
        "too early": too_early(),
        "fence mismatches": sum(fences.get(job) != fence for job, fence in results),
        "processes left": left,
    }
    print(f"{Job.objects.count()} jobs, {Attempt.objects.count()} attempts in {seconds:.0f} s")
    print("faults: " + ", ".join(f"{name} {number}" for name, number in sorted(chaos.done.items())))
    print("attempts: " + ", ".join(f"{name} {number}" for name, number in attempt_outcomes()))
    print(", ".join(f"{name} {number}" for name, number in counts.items()))
    return 1 if any(counts.values()) else 0


def too_early() -> int:
    """Attempts that began before all that the job needs had ended."""
    from django.db.models import F

    from portal.jobs.models import Attempt

    return Attempt.objects.filter(started__lt=F("job__needs__on__finished")).distinct().count()


def attempt_outcomes() -> list[tuple[str, int]]:
    from portal.jobs.models import Attempt

    return sorted(Counter(outcome or "open" for outcome in Attempt.objects.values_list("outcome", flat=True)).items())


if __name__ == "__main__":
    sys.exit(main())
