"""From a command to the command that runs it behind walls: launcher, bubblewrap, program.

What is inside is a list of what is bound; everything else of the machine is absent. The order matters: a later bind
covers an earlier one, so that a folder laid out read-only stays so inside the writable working folder.
"""

import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from portal.common.sandbox.errors import NoSandboxError
from portal.common.sandbox.spec import Sandbox

LAUNCHER = Path(__file__).with_name("launch.py")
ROOT = Path(__file__).resolve().parents[3]
SOURCE = ("portal", "evaluation", "originality")  # never the folder above: it may hold keys
NOBODY = "65534"
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/timezone")
MACHINE = ("/sys/devices/system/cpu", "/sys/devices/system/node")
CARD_SYSTEM = ("/sys/bus", "/sys/class", "/sys/devices", "/sys/module", "/proc/driver/nvidia")
CARD_DEVICES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
# Libraries that bring questions with their answers: no business of code under test.
WITH_ANSWERS = ("evals", "lm_eval")
REPORT = "walls.json"
MB = 1 << 20


def walls(
    argv: Sequence[str],
    *,
    sandbox: Sandbox,
    workdir: Path,
    env: Mapping[str, str] | None = None,
    report: Path | None = None,
    starter: int | None = None,
) -> list[str]:
    """The command to start instead of `argv`; standard input and output pass through, the exit code is the program's.

    It is ended when its starter is: the process that calls this, or whoever else starts it where `starter` is 0 (who then
    sees to it that it is not started as an orphan).

    `env` is the program's whole environment. What ended it, its peak of memory and which bounds held are written to `report`
    (`walls.json` in the working folder if not given) when everything behind the walls is gone. A program killed for memory
    or for the size of its folder gives exit code 137, walls that cannot be put up 126.
    """
    program = bubblewrap()
    folder = workdir.resolve()
    plan = {
        "bwrap": program,
        "options": list(options(sandbox, folder=folder, env=variables(env or {}, sandbox=sandbox, folder=folder))),
        "argv": list(argv),
        "workdir": str(folder),
        "starter": os.getpid() if starter is None else starter,
        "report": str(report or folder / REPORT),
        "limits": asdict(sandbox) | {"readable": [str(path.resolve()) for path in sandbox.readable]},
    }
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan)]


def bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise NoSandboxError("bubblewrap (bwrap) is not installed; install the system's package of that name")
    return found


def variables(env: Mapping[str, str], *, sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """Cards are numbered anew from 0, because inside there are no others."""
    known = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"} | dict(env)
    if sandbox.cards:
        known["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, range(len(sandbox.cards))))
    return known


def options(sandbox: Sandbox, *, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Arguments of bubblewrap up to the program."""
    yield from ("--unshare-all", "--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--disable-userns")
    yield from ("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox", "--clearenv")
    for name, value in env.items():
        yield from ("--setenv", name, value)
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", str(shared_mb(sandbox) * MB), "--perms", "1777", "--tmpfs", "/dev/shm")  # noqa: S108
    yield from devices(sandbox.cards)
    yield from ("--remount-ro", "/dev", "--size", str(sandbox.scratch_mb * MB), "--perms", "1777", "--tmpfs", "/tmp")  # noqa: S108
    yield from libraries(sandbox)
    if not sandbox.foreign_code:
        for name in SOURCE:
            yield from read_only(ROOT / name)
    yield from ("--bind", str(folder), str(folder))
    for path in sandbox.readable:
        yield from read_only(path.resolve())
    # Last, because nested binds need it writable. Without this root's child could set the kernel through /proc/sys.
    yield from ("--remount-ro", "/proc", "--chdir", str(folder))


def shared_mb(sandbox: Sandbox) -> int:
    """Processes of one model share tensors through /dev/shm; code under test has no more of it than of /tmp."""
    return sandbox.scratch_mb if sandbox.foreign_code else max(sandbox.scratch_mb, sandbox.memory_mb // 4)


def libraries(sandbox: Sandbox) -> Iterator[str]:
    """The system's and the interpreter's own."""
    yield from read_only(Path("/usr"))
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.exists():
            yield from read_only(path)
    for name in (*ETC, *MACHINE, *(CARD_SYSTEM if sandbox.cards else ())):
        yield from ("--ro-bind-try", name, name)
    for path in interpreter():
        yield from read_only(path)
    if sandbox.foreign_code:
        packages = Path(sysconfig.get_path("purelib"))
        for folder in sorted({packages, packages.resolve()}):
            for hidden in (folder / name for name in WITH_ANSWERS if (folder / name).is_dir()):
                yield from ("--tmpfs", str(hidden), "--remount-ro", str(hidden))


def interpreter() -> list[Path]:
    """Its prefixes under the names they are called by, and every link that leads to it: any of them may point elsewhere."""
    prefixes = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix)}
    found = prefixes | {prefix.resolve() for prefix in prefixes}
    link = Path(sys.executable)
    while link.is_symlink():
        link = link.parent / link.readlink()
        if not any(link.is_relative_to(known) for known in (*found, Path("/usr"))):
            found.add(link)
    return sorted(path for path in found if path != Path("/usr"))


def devices(cards: Sequence[int]) -> Iterator[str]:
    """The cards named, and what every one of them needs."""
    if not cards:
        return
    for name in (*CARD_DEVICES, *(f"nvidia{card}" for card in cards)):
        yield from ("--dev-bind-try", f"/dev/{name}", f"/dev/{name}")


def read_only(path: Path) -> tuple[str, str, str]:
    return ("--ro-bind", str(path), str(path))
