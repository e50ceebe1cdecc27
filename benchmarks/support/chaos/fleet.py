"""The processes of a portal under fire: workers of every sort and two reconcilers, kept alive whatever ends them."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[3]
POLLING = ("manage.py", "run_worker", "--every", "0.2", "--grace", "0")
CELERY = ("-m", "celery", "-A", "portal.config", "worker", "--concurrency", "2", "--loglevel", "ERROR")
RECONCILER = ("manage.py", "reconcile", "--every", "0.5")
SMALL = "worker on a small disk"
POLLERS = ("worker 1", "worker 2")
RECONCILERS = ("reconciler 1", "reconciler 2")
COMMANDS: Mapping[str, Sequence[str]] = {
    "worker 1": POLLING,
    "worker 2": POLLING,
    SMALL: POLLING,
    "celery": CELERY,
    "reconciler 1": RECONCILER,
    "reconciler 2": RECONCILER,
}
WORKERS = (*POLLERS, SMALL, "celery")


class Fleet:
    """`small` is the folder of the worker whose disk can be filled; None leaves that worker out."""

    def __init__(self, env: Mapping[str, str], *, small: Path | None) -> None:
        self.env = dict(env)
        self.small = small
        names = [name for name in COMMANDS if small or name != SMALL]
        self.processes = {name: self.start(COMMANDS[name], name=name) for name in names}
        self.guests: list[tuple[float, subprocess.Popen[bytes]]] = []
        self.asleep: list[tuple[float, psutil.Process]] = []

    def start(self, arguments: Sequence[str], *, name: str = "") -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        env = self.env | ({"WORK_DIR": str(self.small)} if name == SMALL else {})
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet, start_new_session=True)

    def invite(self, arguments: Sequence[str], *, seconds: float) -> "subprocess.Popen[bytes]":
        """A process that is killed after a while unless it ends on its own."""
        guest = self.start(arguments)
        self.guests.append((time.monotonic() + seconds, guest))
        return guest

    def kill(self, name: str, *, group: bool = False) -> None:
        process = self.processes[name]
        for one in [*(self.below(name) if group else ()), process]:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                one.kill()
        process.wait()

    def sleep(self, name: str, *, seconds: float) -> None:
        """Stop the worker alone: its child works on."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.processes[name].pid)
            process.suspend()
            self.asleep.append((time.monotonic() + seconds, process))

    def below(self, name: str) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.processes[name].pid).children(recursive=True)
        return []

    def deep(self, depth: int) -> list[psutil.Process]:
        """Processes of attempts: 0 supervisors, 1 what they run, 2 and more what that started."""
        found = []
        for supervisor in self.supervisors():
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [supervisor] if depth == 0 else list(at_depth(supervisor, depth))
        return found

    def supervisors(self) -> Iterator[psutil.Process]:
        for name in self.processes:
            for process in self.below(name):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if any(word.endswith("supervisor.py") for word in process.cmdline()):
                        yield process

    def look_after(self) -> None:
        """Wake who has slept long enough, end guests that are due, start again what has ended."""
        now = time.monotonic()
        for due, process in [pair for pair in self.asleep if pair[0] <= now]:
            self.asleep.remove((due, process))
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()
        for due, guest in [pair for pair in self.guests if pair[0] <= now]:
            self.guests.remove((due, guest))
            guest.kill()
            guest.wait()
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.processes[name] = self.start(COMMANDS[name], name=name)

    def end(self) -> list[psutil.Process]:
        """Kill all; the processes below them that are still there a moment later."""
        below = [child for name in self.processes for child in self.below(name)]
        for process in [*self.processes.values(), *(guest for _, guest in self.guests)]:
            process.send_signal(signal.SIGKILL)
            process.wait()
        _, left = psutil.wait_procs(below, timeout=30)
        return list(left)


def at_depth(process: psutil.Process, depth: int) -> Iterator[psutil.Process]:
    """Children of that generation; the last one counts everything below as well."""
    children = process.children()
    if depth == 1:
        yield from children
        return
    for child in children:
        yield from child.children(recursive=True)
