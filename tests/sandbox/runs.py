"""One hostile program through the worker's own child, and what can be held against the walls afterwards."""

import json
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from portal.common.sandbox.leftovers import remove_tree
from portal.common.sandbox.spec import Sandbox
from portal.jobs.registry import Command
from portal.jobs.worker.child import Child
from tests.sandbox.programs import Hostile

SMALL = Sandbox(memory_mb=96, processes=16, cpu_seconds=1, file_mb=4, scratch_mb=8, folder_mb=16, foreign_code=True)
PATIENCE = 60  # seconds for a program that ends by itself or through the walls
SHORT = 0.7  # seconds that an endless one is given
LONGEST_LOG = 1 << 20
SPACE = "import os\nprint('namespace', os.readlink('/proc/self/ns/pid'), flush=True)\nHOST = {host!r}\n"


class Outcome(NamedTuple):
    """`problems` is empty for a program that was contained; `stopped_by` is what it was told, or what ended it."""

    problems: list[str]
    stopped_by: str


@contextmanager
def host_of(folder: Path) -> Iterator[dict[str, Any]]:
    """What the programs are after; raises AssertionError at the end if one of them got there."""
    canary = folder / "canary"
    canary.write_text("untouched")
    abstract = f"portal-hostile-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as loopback, socket.socket(socket.AF_UNIX) as hidden:
        hidden.bind("\0" + abstract)
        hidden.listen()
        facts = {"canary": str(canary), "port": loopback.getsockname()[1], "abstract": abstract, "pid": os.getpid()}
        facts |= {"python": os.path.realpath(sys.executable), "path": sys.path}
        yield facts | {"manage": str(Path(__file__).resolve().parents[2] / "manage.py")}
        for listening in (loopback, hidden):
            listening.setblocking(False)
            assert not accepted(listening), "a program reached a socket of the host"
    assert canary.read_text() == "untouched"


def accepted(listening: socket.socket) -> bool:
    try:
        listening.accept()
    except BlockingIOError:
        return False
    return True


def in_namespace(space: str) -> list[int]:
    """Processes of the machine that are in this process namespace."""
    found = []
    for link in Path("/proc").glob("[0-9]*/ns/pid"):
        try:
            if str(link.readlink()) == space:
                found.append(int(link.parts[2]))
        except OSError:
            continue
    return found


def try_out(program: Hostile, *, host: dict[str, Any], folder: Path) -> Outcome:
    """Run it in a fresh folder, which is gone afterwards whatever it holds."""
    try:
        return tried(program, host, folder)
    finally:
        remove_tree(folder)


def tried(program: Hostile, host: dict[str, Any], folder: Path) -> Outcome:
    (folder / "model").mkdir(parents=True)
    given = folder / "model" / "weights"
    given.write_text("weights")
    given.chmod(0o444)
    (folder / "program.py").write_text(SPACE.format(host=host | {"input": str(given)}) + program.source)
    with Child(Command([sys.executable, "-I", "-S", "program.py"], sandbox=SMALL), folder) as child:
        code = child.wait(SHORT if program.endless else PATIENCE)
    log, report = child.log().text, {"ended_by": ""}
    if not program.endless:
        report = json.loads((folder / "walls.json").read_text())
    space = next((line.split()[1] for line in log.splitlines() if line.startswith("namespace ")), "")
    found = {
        "it got what it wanted": "ESCAPED" in log,
        "it ended before its time": program.endless and code is not None,
        "it went on": not program.endless and code is None,
        f"exit code {code}": program.code not in {None, code},
        f"ended by {report['ended_by']!r}": program.ended_by not in {"either", report["ended_by"]},
        "it never started": not space.startswith("pid:") and program.name != "flood",
        "processes are left": bool(in_namespace(space)),
        "its input changed": given.read_text() != "weights",
        "its log grew": (folder / "child.log").stat().st_size > LONGEST_LOG,
        "it left rights behind": lends_rights(folder / "door"),
    }
    told = " | ".join(log.splitlines()[1:4]) or report["ended_by"]
    return Outcome([problem for problem, holds in found.items() if holds], told)


def lends_rights(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID))
