"""The portal as a test starts, stops and kills it. Waiting is for states, never for times."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.jobs import actions
from portal.jobs.models import Job
from tests.factories.jobs import make_job

PATIENCE = 300  # seconds until a state that never comes fails the test


class Portal:
    def __init__(self, *, env: Mapping[str, str], folder: Path) -> None:
        self.env, self.folder = dict(env), folder
        self._started: list[subprocess.Popen[bytes]] = []

    def job(self, script: str, **options: Any) -> Job:
        return make_job("script", payload={"script": script} | options.pop("payload", {}), **options)

    def start(self, *argv: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, *argv], cwd=settings.BASE_DIR, env=self.env, start_new_session=True)
        self._started.append(process)
        return process

    def manage(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return self.start("manage.py", *arguments)

    def work(self) -> None:
        """One worker that ends when nothing is left to do."""
        assert self.manage("run_worker", "--drain", "--every", "0.1").wait(PATIENCE) == 0

    def lapse(self, job: Job) -> None:
        """Let the job's lease run out now and the reconciler see it."""
        Job.objects.filter(pk=job.pk, lease_until__isnull=False).update(lease_until=timezone.now())
        actions.reconcile()

    def results(self, job: Job) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM kinds_result WHERE job_id = %s ORDER BY id", [job.pk])
            return [value for (value,) in cursor.fetchall()]

    def pid_in(self, name: str) -> int:
        """The process id that a child writes into a file, as soon as it stands there."""
        path = self.folder / name
        wait_until(lambda: path.exists() and path.read_text().endswith("\n"))
        return int(path.read_text())

    def open_gate(self) -> None:
        (self.folder / "gate").touch()

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait(PATIENCE)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "the expected state did not come"
        time.sleep(0.05)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)


def is_gone(pid: int) -> bool:
    """Whether the process has ended; one that only waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def gated(folder: Path, value: int, *, chatty: bool = False) -> str:
    """A script that writes its process id, waits until the gate opens and then gives the value.

    A chatty one reports progress all the time, so that its worker looks at the lease often.
    """
    return f"""
folder = Path({os.fspath(folder)!r})
progress(1, 2, "at the gate")
(folder / "pid").write_text(f"{{os.getpid()}}\\n")
while not (folder / "gate").exists():
    time.sleep(0.02)
    if {chatty}:
        progress(1, 2, str(time.time()))
progress(2, 2)
result({value})
"""
