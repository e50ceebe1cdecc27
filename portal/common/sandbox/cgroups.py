"""A control group for one child: memory and processes of all it starts, counted together. Versions 1 and 2 of the kernel's interface.

A group is a folder beside or below the one this process is in; where none can be made (a container without delegation,
an ordinary user) there is none, and rlimits are all there is.
"""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

PREFIX = "portal-walls-"
OF_THIS_PROCESS, MOUNTS = Path("/proc/self/cgroup"), Path("/proc/self/mountinfo")
CONTROLLERS = ("memory", "pids")
SECONDS_TO_END = 5.0
MB = 1 << 20


class Group(NamedTuple):
    """One folder per controller in version 1, the same folder for both in version 2; a missing controller is not bounded."""

    folders: dict[str, Path]
    version: int

    @property
    def bounds(self) -> tuple[str, ...]:
        return tuple(sorted(self.folders))

    def join(self) -> None:
        """Move the calling process in; what it starts is born there."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def oom_kills(self) -> int:
        """How many of its processes the kernel ended because the group's memory was full."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        return self._counted("memory", name, "oom_kill")

    def refused_processes(self) -> int:
        return self._counted("pids", "pids.events", "max")

    def peak_bytes(self) -> int | None:
        name = "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"
        try:
            return int((self.folders["memory"] / name).read_text())
        except (KeyError, OSError, ValueError):
            return None

    def _counted(self, controller: str, file: str, word: str) -> int:
        try:
            lines = (self.folders[controller] / file).read_text().splitlines()
        except (KeyError, OSError):
            return 0
        return next((int(line.split()[1]) for line in lines if line.split()[0] == word), 0)

    def remove(self) -> None:
        """End whatever is left in it and take it away."""
        until = time.monotonic() + SECONDS_TO_END
        for folder in set(self.folders.values()):
            while not taken_away(folder) and time.monotonic() < until:
                kill_all(folder)
                time.sleep(0.01)


def make_group(*, memory_mb: int, processes: int) -> Group | None:
    """A fresh group with these bounds, or None where none can be made."""
    name = f"{PREFIX}{os.getpid()}-{time.monotonic_ns():x}"
    folders: dict[str, Path] = {}
    versions = set()
    for controller, (parents, version) in places().items():
        for parent in parents:
            remove_leftovers(parent)
            folder = parent / name
            try:
                folder.mkdir(exist_ok=True)
                bound(folder, controller, version=version, memory_mb=memory_mb, processes=processes)
            except OSError:
                taken_away(folder)
                continue
            folders[controller] = folder
            versions.add(version)
            break
    return Group(folders, max(versions)) if folders else None


def bound(folder: Path, controller: str, *, version: int, memory_mb: int, processes: int) -> None:
    if controller == "pids":
        (folder / "pids.max").write_text(str(processes))
    elif version == 2:
        (folder / "memory.max").write_text(str(memory_mb * MB))
        with contextlib.suppress(OSError):
            (folder / "memory.swap.max").write_text("0")
    else:
        (folder / "memory.limit_in_bytes").write_text(str(memory_mb * MB))
        with contextlib.suppress(OSError):  # only where swap is counted
            (folder / "memory.memsw.limit_in_bytes").write_text(str(memory_mb * MB))


def places() -> dict[str, tuple[list[Path], int]]:
    """Controller to the folders in which a group may be made, best first, and the version of the interface."""
    mounts = mounted()
    found: dict[str, tuple[list[Path], int]] = {}
    for line in read(OF_THIS_PROCESS).splitlines():
        number, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        for controller in set(names.split(",")) & set(CONTROLLERS):
            if controller in mounts:
                found[controller] = (candidates(mounts[controller], path), 1)
        if number == "0" and "" in mounts:
            for controller, parents in second_version(candidates(mounts[""], path)).items():
                found.setdefault(controller, (parents, 2))
    return found


def candidates(mount: Path, path: str) -> list[Path]:
    """The own group, then the one above: a service manager may leave that to us and keep our processes in a group of their own."""
    own = mount / path.strip("/")
    own = own if own.is_dir() else mount  # in a container the path may be the host's
    return [own, own.parent] if own != mount else [own]


def second_version(parents: list[Path]) -> dict[str, list[Path]]:
    """A controller reaches the groups below only where the folder hands it down."""
    found: dict[str, list[Path]] = {}
    for parent in parents:
        offered, handed = (set(read(parent / f"cgroup.{file}").split()) for file in ("controllers", "subtree_control"))
        if missing := offered.intersection(CONTROLLERS) - handed:
            with contextlib.suppress(OSError):  # refused where processes are, or to an ordinary user
                (parent / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(missing)))
        for name in read(parent / "cgroup.subtree_control").split():
            if name in CONTROLLERS:
                found.setdefault(name, []).append(parent)
    return found


def mounted() -> dict[str, Path]:
    """Controller to its mount point; "" for version 2."""
    found: dict[str, Path] = {}
    for line in read(MOUNTS).splitlines():
        before, _, after = (part.split() for part in line.partition(" - "))
        if len(before) < 5 or len(after) < 3:
            continue
        kind, options, point = after[0], after[2], Path(before[4])
        if kind == "cgroup2":
            found[""] = point
        elif kind == "cgroup":
            found |= {name: point for name in options.split(",") if name in CONTROLLERS}
    return found


def remove_leftovers(parent: Path) -> None:
    """Empty groups of starters that were killed before they could clean up."""
    with contextlib.suppress(OSError):
        for folder in parent.glob(f"{PREFIX}*"):
            starter = folder.name.removeprefix(PREFIX).partition("-")[0]
            if not Path("/proc", starter).exists():
                taken_away(folder)


def kill_all(folder: Path) -> None:
    for pid in read(folder / "cgroup.procs").split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def taken_away(folder: Path) -> bool:
    """The kernel refuses while a process is in it."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
