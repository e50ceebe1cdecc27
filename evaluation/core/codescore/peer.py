"""One process behind walls that is asked a line and answers a line."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from portal.common.sandbox.leftovers import remove_tree
from portal.common.sandbox.probe import require
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import REPORT, walls

HERE = Path(__file__).parent
SECONDS_TO_END = 10
PATIENCE = (
    4  # times the processor time, at least the next: how long the clock may run for a program that is not scheduled
)
LEAST_WAIT = 10.0
LEAST_GRACE = 0.5  # seconds in which a program that has nothing more to read may end by itself
PROCESSES, FILE_MB, SCRATCH_MB, FOLDER_MB = 32, 8, 16, 32
# The driver's own timer, and the limits outside for who undoes it.
OUT_OF_TIME = tuple(128 + number for number in (signal.SIGPROF, signal.SIGXCPU, signal.SIGKILL))


class Bounds(NamedTuple):
    """What one program may take: seconds of processor for each call, memory of all its processes, bytes of one answer."""

    seconds: int = 5
    memory_mb: int = 512
    output_kb: int = 256


class Ended(Exception):
    """No further answer will come; `why` is one of the words of SampleScore.reason."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail


class Peer:
    """`script` is driver.py or referee.py; `program` is the text that it executes. Gone with its folder on leaving."""

    def __init__(self, script: str, program: str, *, entry: str, bounds: Bounds, calls: int) -> None:
        require()
        self.bounds = bounds
        self.folder = Path(tempfile.mkdtemp(prefix="codescore-"))
        self.work = self.folder / "work"
        self.work.mkdir()
        for name in (script, "values.py"):
            shutil.copyfile(HERE / name, self.work / name)
        (self.work / "program.py").write_text(program, encoding="utf-8", errors="replace")
        argv = [sys.executable, "-I", "-S", script, entry, str(bounds.seconds), sysconfig.get_path("purelib")]
        sandbox = Sandbox(
            memory_mb=bounds.memory_mb,
            processes=PROCESSES,
            cpu_seconds=bounds.seconds * (calls + 1) + 1,
            file_mb=FILE_MB,
            scratch_mb=SCRATCH_MB,
            folder_mb=FOLDER_MB,
            foreign_code=True,
        )
        env = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._report = self.folder / REPORT
        self._process = subprocess.Popen(
            walls(argv, sandbox=sandbox, workdir=self.work, env=env, report=self._report),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        remove_tree(self.folder)

    def say(self, what: Any) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(json.dumps(what).encode() + b"\n")
                pipe.flush()
        except OSError:
            raise self._ended() from None

    def hear(self) -> dict[str, Any]:
        """The next line. Raises Ended when it does not come, is too long or is no JSON object."""
        until = time.monotonic() + max(LEAST_WAIT, PATIENCE * self.bounds.seconds)
        most = self.bounds.output_kb * 1024
        while b"\n" not in self._unread:
            if len(self._unread) > most:
                raise Ended("output", f"more than {self.bounds.output_kb} kB in one answer")
            self._read(until)
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            raise Ended("no_answer", "something else than an answer was written in its place") from None
        if not isinstance(said, dict):
            raise Ended("no_answer", "something else than an answer was written in its place")
        return said

    def _read(self, until: float) -> None:
        pipe = self._process.stdout
        if pipe is None or not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            raise Ended("time", f"no answer within {self.bounds.seconds} s of processor time")
        part = os.read(pipe.fileno(), 65536)
        if not part:
            raise self._ended()
        self._unread += part

    def _ended(self) -> Ended:
        """Why there is nothing more to read."""
        code = self._end()
        try:
            ended_by = json.loads(self._report.read_text(encoding="utf-8"))["ended_by"]
        except (OSError, ValueError, KeyError):
            ended_by = ""
        if ended_by == "walls":
            raise RuntimeError("The sandbox could not be set up for a program; scores of this run would mean nothing.")
        if ended_by:
            return Ended(ended_by, f"more than it may take: {ended_by}")
        if code in OUT_OF_TIME:
            return Ended("time", f"more than {self.bounds.seconds} s of processor time")
        return Ended("ended", f"the program ended before it answered (exit code {code})")

    def _end(self) -> int:
        """Close the pipes, let the launcher clean up, and give the exit code as a shell does."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue
        if self._process.poll() is None:
            self._wait(LEAST_GRACE)
        if self._process.poll() is None:
            self._process.terminate()
            self._wait(SECONDS_TO_END)
        if self._process.poll() is None:
            self._process.kill()
            self._wait(SECONDS_TO_END)
        code = self._process.returncode
        return code if code >= 0 else 128 - code

    def _wait(self, seconds: float) -> None:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
