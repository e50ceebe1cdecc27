"""Put up the walls around one program and wait for its end: `python -I -S launch.py PLAN`, PLAN being JSON of `walls()`.

A process of its own, because a control group is joined and limits are set before the program's first instruction, and
because somebody outside has to count what happened. It ends everything when its starter is gone; when it is itself
killed, the kernel ends bubblewrap and with it the whole process namespace. No import beyond the standard library and
the modules beside this file: this starts in some 20 ms.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from portal.common.sandbox import cgroups
from portal.common.sandbox.leftovers import TooDeep, entries, remove_tree
from portal.common.sandbox.seccomp import filter_for

PR_SET_PDEATHSIG = 1
NO_WALLS, KILLED = 126, 137
LOOK_EVERY = 250  # milliseconds between two looks at the starter and the folder
MOST_FILES = 100_000  # in a folder whose size is bounded
OPEN_FILES = 4096
MB = 1 << 20
PRLIMIT = "/usr/bin/prlimit"
FIRST_FOR_OUT_OF_MEMORY = "500"  # oom_score_adj
ETC = {
    "/etc/passwd": "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n",
    "/etc/group": "nogroup:x:65534:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/hosts": "127.0.0.1 localhost sandbox\n",
}


class Unbounded(Exception):
    """Neither a control group nor a limit of the kernel would bound the number of processes."""


def main(text: str) -> int:
    plan: dict[str, Any] = json.loads(text)
    starter, begun = os.getppid(), time.monotonic()
    if plan["starter"] not in {0, starter}:
        return KILLED  # it was gone before this began
    limits = plan["limits"]
    group = cgroups.make_group(memory_mb=limits["memory_mb"], processes=limits["processes"])
    report: dict[str, Any] = {"bounds": list(group.bounds) if group else [], "ended_by": ""}
    try:
        code, ended_by = run(plan, group, starter=starter)
        if group and group.oom_kills() and code != 0:
            code, ended_by = KILLED, ended_by or "memory"
        report |= {"ended_by": ended_by, "oom_kills": group.oom_kills() if group else 0}
        report |= {"refused_processes": group.refused_processes() if group else 0}
        report |= {"peak_mb": peak_mb(group)}
    except (OSError, LookupError, Unbounded) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        code, report["ended_by"] = NO_WALLS, "walls"
    finally:
        if group:
            group.remove()
    write_report(Path(plan["report"]), report | {"exit": code, "seconds": round(time.monotonic() - begun, 3)})
    return code


def run(plan: dict[str, Any], group: cgroups.Group | None, *, starter: int) -> tuple[int, str]:
    """The program's exit code, and what ended it if that was not itself."""
    limits = plan["limits"]
    argv = [*counted(group, processes=limits["processes"]), *plan["argv"]]
    said, status = os.pipe()
    calls = filter_for(memory_files=bool(limits["cards"]) or bounds_memory(group))
    options = ["--seccomp", str(memory_file(calls)), "--json-status-fd", str(status)]
    data = [part for name, text in ETC.items() for part in ("--ro-bind-data", str(memory_file(text.encode())), name)]
    command = [plan["bwrap"], *options, *plan["options"], *data, "--remount-ro", "/", "--", *argv]
    os.set_inheritable(status, True)
    me = os.getpid()
    pid = os.fork()
    if pid == 0:
        become(command, limits=limits, group=group, starter=me)
    os.close(status)
    ended_by = watch(pid, plan, starter=starter)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if ended_by:
        return KILLED, ended_by
    if "exit-code" not in everything(said) and code == 1:
        return NO_WALLS, "walls"
    return (code if code >= 0 else 128 - code), ""


def counted(group: cgroups.Group | None, *, processes: int) -> list[str]:
    """What bounds the number of processes where no group does: a limit that must be set inside, where only they are counted."""
    if group and "pids" in group.folders:
        return []
    if os.getuid() == 0:
        raise Unbounded(
            "the limit of processes does not hold for root; run as an ordinary user or give it a control group"
        )
    if not Path(PRLIMIT).exists():
        raise Unbounded(f"{PRLIMIT} is missing; install util-linux or give this user a control group")
    return [PRLIMIT, f"--nproc={processes}", "--"]


def become(command: list[str], *, limits: dict[str, Any], group: cgroups.Group | None, starter: int) -> None:
    """In the forked process: never returns."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != starter:
            os._exit(KILLED)
        if group:
            group.join()
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(FIRST_FOR_OUT_OF_MEMORY)
        for kind, most in bounds(limits, group):
            lower(kind, most)
        os.execve(command[0], command, {})  # noqa: S606 - a list, no shell
    except OSError as error:
        os.write(2, f"sandbox: {error}\n".encode())
    os._exit(1)


def bounds(limits: dict[str, Any], group: cgroups.Group | None) -> list[tuple[int, int]]:
    """Limits per process. A card maps more addresses than there is memory, so there the data alone is bounded."""
    found = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, limits["file_mb"] * MB),
    ]
    if limits["cpu_seconds"] is not None:
        found.append((resource.RLIMIT_CPU, limits["cpu_seconds"]))
    if not bounds_memory(group):
        kind = resource.RLIMIT_DATA if limits["cards"] else resource.RLIMIT_AS
        found.append((kind, limits["memory_mb"] * MB))
    return found


def bounds_memory(group: cgroups.Group | None) -> bool:
    return group is not None and "memory" in group.folders


def lower(kind: int, most: int) -> None:
    """Never above what this process itself may have."""
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    warned_before = (
        kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY
    )  # by a signal that has a name of its own
    resource.setrlimit(kind, (most, most + warned_before))


def watch(pid: int, plan: dict[str, Any], *, starter: int) -> str:
    """Return when the program has ended, with the reason if it was ended from here."""
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append("starter"))
    descriptor = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    ended_by = ""
    while not poller.poll(LOOK_EVERY):
        if stop or os.getppid() != starter:
            ended_by = "starter"
        elif too_large(plan):
            ended_by = "folder"
        if ended_by:
            os.kill(pid, signal.SIGKILL)
            break
    os.close(descriptor)
    return ended_by


def too_large(plan: dict[str, Any]) -> bool:
    """Whether the working folder holds more than it may, counting what it takes on the disk."""
    most = plan["limits"]["folder_mb"]
    if most is None:
        return False
    held = files = 0
    try:
        for entry in entries(Path(plan["workdir"]), without=set(plan["limits"]["readable"])):
            files += 1
            with contextlib.suppress(OSError):
                held += entry.stat(follow_symlinks=False).st_blocks * 512
            if held > most * MB or files > MOST_FILES:
                return True
    except TooDeep:
        return True
    return False


def memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("walls", 0)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def everything(descriptor: int) -> str:
    """What bubblewrap said about the program; every writer is gone by now."""
    with os.fdopen(descriptor, "rb") as pipe:
        return pipe.read(65536).decode("utf-8", "replace")


def peak_mb(group: cgroups.Group | None) -> int | None:
    peak = group.peak_bytes() if group else None
    return None if peak is None else peak // MB


def write_report(path: Path, report: dict[str, Any]) -> None:
    """The program could write in this folder: whatever stands under that name goes, and no link is followed."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(report, file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
