"""Whether and how the child of an attempt is put behind walls on this machine, by the setting SANDBOX.

"required" (production): without a sandbox the job fails, and says so. "where possible" (a machine for development): the
child runs without one and learns that, so that its result says so; code of others never does.
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from portal.common.sandbox.leftovers import sweep
from portal.common.sandbox.probe import strength
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import REPORT, walls
from portal.jobs.enums import Cause
from portal.jobs.errors import Failure, NoSandbox
from portal.jobs.registry import Command

LABEL = "PORTAL_SANDBOX"  # how the child learns what stands around it
REQUIRED = "required"
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
FOR_THE_LAUNCHER = ("PATH", "LANG", "LC_ALL", "PYTHONUTF8")


@dataclass(frozen=True)
class Contained:
    """What to start, with which environment. `sandbox` is None where no walls stand; `inputs` are bound read-only."""

    argv: list[str]
    env: dict[str, str]
    workdir: Path
    sandbox: Sandbox | None = None
    inputs: tuple[Path, ...] = ()

    def failure(self) -> Failure | None:
        """What the walls themselves say of the end of their child; None if it ended by itself."""
        if self.sandbox is None:
            return None
        try:
            ended_by = json.loads((self.workdir / REPORT).read_text(encoding="utf-8"))["ended_by"]
        except (OSError, ValueError, KeyError):
            return None
        if ended_by == "memory":
            return Failure(Cause.MEMORY, f"more than {self.sandbox.memory_mb} MB", transient=True)
        if ended_by == "folder":
            said = f"the working folder grew beyond {self.sandbox.folder_mb} MB"
            return Failure(Cause.EXIT, said, transient=False)
        return Failure(Cause.SANDBOX, "", transient=True) if ended_by == "walls" else None

    def sweep(self) -> None:
        """Take away what a child behind walls may have left to mislead its reader: links, pipes, sockets."""
        if self.sandbox is not None:
            sweep(self.workdir, without={str(path) for path in self.inputs})


def needs() -> dict[str, int]:
    """What a job whose child must run behind walls asks of its worker."""
    return {"sandbox": 1} if settings.SANDBOX == REQUIRED else {}


def contained(command: Command, workdir: Path, *, env: Mapping[str, str]) -> Contained:
    """Raises NoSandbox where walls are asked for and must not be missing."""
    if command.sandbox is None:
        return Contained(list(command.argv), dict(env), workdir)
    found, sandbox = strength(), command.sandbox
    inside = dict(env) | {LABEL: found.label}
    if found.why_not:
        if settings.SANDBOX == REQUIRED or sandbox.foreign_code:
            raise NoSandbox(found.why_not)
        cards = {"CUDA_VISIBLE_DEVICES": ",".join(map(str, sandbox.cards))} if sandbox.cards else {}
        return Contained(list(command.argv), inside | cards, workdir)
    inputs = tuple(laid_out(workdir.resolve()))
    sandbox = replace(sandbox, readable=(*sandbox.readable, *(path.resolve() for path in inputs)))
    # The supervisor starts it, and the kernel ends it with the supervisor.
    argv = walls(command.argv, sandbox=sandbox, workdir=workdir, env=inside, starter=0)
    outside = {name: value for name, value in env.items() if name in FOR_THE_LAUNCHER}
    return Contained(argv, outside, workdir.resolve(), sandbox, inputs)


def laid_out(workdir: Path) -> Iterator[Path]:
    """Inputs in the working folder that are the store's own files: read-only names, second names of a file, or links to one.

    Behind the walls they must not become writable, so each is bound read-only, a folder of them as a whole.
    """
    for top in sorted(workdir.iterdir()):
        below = files_below(top) if top.is_dir() and not top.is_symlink() else [top]
        held = [path for path in below if is_of_the_store(path)]
        yield from [top] if held and below != [top] else held
        yield from (path for path in held if path.is_symlink() and path.exists() and below != [top])


def files_below(top: Path) -> list[Path]:
    return [Path(folder, name) for folder, _, names in os.walk(top) for name in names]


def is_of_the_store(path: Path) -> bool:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return True
    return stat.S_ISREG(found.st_mode) and (found.st_nlink > 1 or not found.st_mode & WRITABLE)
