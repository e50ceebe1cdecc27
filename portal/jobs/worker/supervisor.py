"""Run one command so that nothing of it outlives the worker, and pass its exit code on.

    python -I -S supervisor.py LOG COMMAND…

Standard input is a pipe whose other end only the worker holds: when the worker ends, however it ends, the pipe closes and
every descendant is killed, also those that moved into sessions of their own. Should the supervisor itself be killed, the
kernel kills the command. The output goes to LOG, of which the newest part is kept. No import beyond the standard library:
this starts in some 20 ms.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
from io import FileIO
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LOG_BYTES = 1 << 20
LEFT_OUT = b"[%d bytes of earlier output left out]\n"
FIRST_FOR_OUT_OF_MEMORY = "500"  # oom_score_adj: the command goes before the worker and the database
COMMAND_NOT_FOUND = 127

libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def prepare_command() -> None:
    die_with_parent()
    with contextlib.suppress(OSError):  # a kernel without it only loses a preference
        Path("/proc/self/oom_score_adj").write_text(FIRST_FOR_OUT_OF_MEMORY)


def main(log_path: str, *argv: str) -> int:
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    with Path(log_path).open("w+b", buffering=0) as log:
        try:
            command = start(argv)
        except OSError as error:
            append(log, f"{argv[0]}: {error.strerror}\n".encode())
            return COMMAND_NOT_FOUND
        if command.stdout:
            watch(command, command.stdout.fileno(), log)
        command.kill()
        code = command.wait()
        kill_descendants()
    return code if code >= 0 else 128 - code


def start(argv: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=prepare_command,  # noqa: PLW1509 - one thread only, so nothing can hold a lock across the fork
    )


def watch(command: "subprocess.Popen[bytes]", source: int, log: FileIO) -> None:
    """Copy the output; return when the command has ended or the worker is gone."""
    os.set_blocking(source, False)
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(source, selectors.EVENT_READ)
        while True:
            ended = command.poll() is not None
            ready = {key.fd for key, _ in selector.select(0 if ended else 0.2)}
            if 0 in ready and not os.read(0, 4096):
                return
            output = os.read(source, 65536) if source in ready else None
            if output:
                append(log, output)
            elif output is not None:
                selector.unregister(source)
            if ended and not output:
                return


def append(log: FileIO, output: bytes) -> None:
    """Once the log is full its older half goes: what led to the end is what is read. The first line says how much is gone."""
    log.write(output)
    size = log.tell()
    if size <= LOG_BYTES:
        return
    log.seek(0)
    first = log.readline(100)
    gone = left_out(first)
    log.seek(-LOG_BYTES // 2, os.SEEK_END)
    newest = log.read().partition(b"\n")[2]
    gone += size - len(newest) - (len(first) if gone else 0)
    log.seek(0)
    log.truncate()
    log.write(LEFT_OUT % gone + newest)


def left_out(first_line: bytes) -> int:
    """How many bytes a log's first line says are gone; 0 for a log that is whole."""
    words = first_line[1:].split(b" ", 1)
    return int(words[0]) if words[0].isdigit() and first_line == LEFT_OUT % int(words[0]) else 0


def kill_descendants() -> None:
    """Kill and reap until none is left: orphans come to this process, because it is their subreaper."""
    while True:
        for pid in descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def descendants() -> list[int]:
    parents = dict(filter(None, map(parent_of, Path("/proc").glob("[0-9]*/stat"))))
    found: list[int] = []
    generation = {os.getpid()}
    while generation := {pid for pid, parent in parents.items() if parent in generation}:
        found += generation
    return found


def parent_of(stat: Path) -> tuple[int, int] | None:
    """(pid, parent) from /proc/PID/stat; the name in brackets may hold spaces and brackets itself."""
    try:
        after_name = stat.read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return int(stat.parent.name), int(after_name[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
