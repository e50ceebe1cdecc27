"""What a run cost: seconds, CPU seconds and peak memory of the processes that took part."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    seconds: float
    cpu: float  # user and system seconds
    peak: int  # bytes of resident memory at the highest
    output: str


def run_measured(command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Cost:
    """Run a command to its end; SystemExit with its own words if it fails."""
    begun = time.monotonic()
    process = subprocess.Popen(command, env=dict(env), cwd=cwd, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {output}")
    return Cost(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


class Meter:
    """CPU seconds and peak memory of running processes since `start`; peaks are the kernel's own high-water marks."""

    def __init__(self, *pids: int) -> None:
        self.pids = pids
        self.begun = 0.0

    def start(self) -> None:
        for process in self.processes():
            with contextlib.suppress(OSError):
                Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")
        self.begun = self.total()

    def cpu(self) -> float:
        return self.total() - self.begun

    def peaks(self) -> list[int]:
        """Per process, without the parents that only watch over the workers."""
        leaves = [process for process in self.processes() if not process.children()]
        return [peak_of(process.pid) for process in leaves]

    def total(self) -> float:
        times = [process.cpu_times() for process in self.processes()]
        return sum(t.user + t.system + t.children_user + t.children_system for t in times)

    def processes(self) -> list[psutil.Process]:
        tops = [psutil.Process(pid) for pid in self.pids]
        return [*tops, *(child for top in tops for child in top.children(recursive=True))]


def peak_of(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) * 1024 if found else 0
