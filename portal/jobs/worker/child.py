"""The process that does the work of one attempt, seen from the worker."""

import contextlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from django.conf import settings

from portal.jobs.enums import SAID_BY_CHILD, Cause
from portal.jobs.errors import Failure
from portal.jobs.registry import Command
from portal.jobs.worker.containment import contained
from portal.jobs.worker.memory import killed_for_memory
from portal.jobs.worker.supervisor import left_out

SUPERVISOR = Path(__file__).with_name("supervisor.py")
LOG, PROGRESS, RESULT, ERROR = "child.log", "progress.jsonl", "result.json", "error.json"
INPUT_ERROR = 2
LONGEST_MESSAGE = 2000  # characters of an error shown to a team
LONGEST_LOG = 64 * 1024  # bytes of output kept on the attempt
NEWEST_PROGRESS = 16 * 1024  # bytes read from the end of the progress file
SECONDS_TO_END = 10
# How PyTorch and the driver say that the memory of the cards ran out, when the program only dies of it.
CARDS_FULL = re.compile(r"CUDA out of memory|CUDA error: out of memory|CUDA_ERROR_OUT_OF_MEMORY")
# What a child may know of the worker's environment: nothing that is secret.
PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "NUMBA_CACHE_DIR",
)


class Output(NamedTuple):
    """The newest part of what a child printed; `end` counts all bytes it ever printed."""

    text: str = ""
    end: int = 0


class Child:
    """Started on entering, gone with all its descendants on leaving.

    The supervisor keeps the files `keep_open` until all of it is gone, also when the worker dies before: they are locks.
    """

    def __init__(self, command: Command, workdir: Path, *, keep_open: Sequence[int] = ()) -> None:
        self.workdir = workdir
        self._reported: dict[str, Any] = {}
        self._killed_before = killed_for_memory()
        (workdir / "tmp").mkdir(exist_ok=True)
        self._walls = contained(command, workdir, env=environment(workdir) | dict(command.env))
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(SUPERVISOR), LOG, *self._walls.argv],
            cwd=workdir,
            env=self._walls.env,
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=keep_open,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def wait(self, seconds: float) -> int | None:
        """The exit code, 128 + signal for a killed command, or None while it still runs after that time."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return code if code >= 0 else 128 - code

    def end(self) -> None:
        """Let go of the supervisor, which then kills everything below it; kill the group if it does not answer."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._walls.sweep()

    def failure(self, code: int) -> Failure:
        """Why it ended with this code: what the walls saw goes before what the program says of itself."""
        return self._walls.failure() or failure_of(code, self.workdir, memory=self._memory_may_be_the_reason())

    def _memory_may_be_the_reason(self) -> bool:
        """False where the kernel counts whom it kills for memory, and has killed nobody since the start."""
        count = killed_for_memory()
        return count is None or count != self._killed_before

    def new_progress(self) -> dict[str, Any] | None:
        """The newest progress, if there is any since the last call."""
        newest = newest_progress(self.workdir / PROGRESS)
        if newest == self._reported:
            return None
        self._reported = newest
        return newest

    def log(self) -> "Output":
        return output_in(self.workdir / LOG)


def environment(workdir: Path) -> dict[str, str]:
    known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    own = {
        "HOME": str(workdir),
        "TMPDIR": str(workdir / "tmp"),
        "PYTHONPATH": str(settings.BASE_DIR),
        "PYTHONUTF8": "1",
    }
    return known | own | {"PYTHONUNBUFFERED": "1"}


def tail(path: Path, size: int) -> str:
    """The last bytes of a text file as text that a database takes; empty when there is no file."""
    try:
        with open_plain(path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - size))
            return file.read(size).decode("utf-8", "replace").replace("\0", "")
    except OSError:
        return ""


def open_plain(path: Path) -> BinaryIO:
    """A child may have put anything under the name: no link is followed, and a pipe that nobody writes keeps nobody waiting."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(f"{path.name} is no plain file")
    return os.fdopen(descriptor, "rb")


def output_in(path: Path) -> Output:
    try:
        with open_plain(path) as file:
            first = file.readline(100)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return Output()
    gone = left_out(first)
    return Output(tail(path, LONGEST_LOG), size + (gone - len(first) if gone else 0))


def newest_progress(path: Path) -> dict[str, Any]:
    """The last whole line that is progress; a half-written line is read the next time."""
    for line in reversed(tail(path, NEWEST_PROGRESS).split("\n")[:-1]):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            said = json.loads(line)
            return {"done": int(said["done"]), "total": int(said["total"]), "note": str(said.get("note", ""))[:200]}
    return {}


def failure_of(code: int, workdir: Path, *, memory: bool = True) -> Failure:
    """What an exit code means, with the child's own message and cause where it left them.

    `memory` says whether a kill can have been for want of it; else somebody else killed the program, and it is tried again.
    """
    said = error_said(workdir)
    message = str(said.get("message", "")).replace(str(workdir), "…")[:LONGEST_MESSAGE]
    cause = next((known for known in SAID_BY_CHILD if known == said.get("cause")), None)
    if code == INPUT_ERROR:
        return Failure(cause or Cause.INPUT, message or f"exit code {code}", transient=said.get("transient") is True)
    if cause is not None:
        return Failure(cause, message or meaning_of(code), transient=said.get("transient") is not False)
    if code == 128 + signal.SIGKILL:
        return Failure(Cause.MEMORY if memory else Cause.KILLED, message, transient=True)
    if code == 0:
        return Failure(Cause.NO_RESULT, message, transient=True)
    if not message and CARDS_FULL.search(tail(workdir / LOG, LONGEST_LOG)):
        return Failure(Cause.GPU_MEMORY, "", transient=True)
    return Failure(Cause.EXIT, message or meaning_of(code), transient=said.get("transient") is not False)


def error_said(workdir: Path) -> dict[str, Any]:
    try:
        said = json.loads(tail(workdir / ERROR, LONGEST_LOG) or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def meaning_of(code: int) -> str:
    if code > 128:
        with contextlib.suppress(ValueError):
            return f"exit code {code}: ended by {signal.Signals(code - 128).name}"
    return f"exit code {code}"
