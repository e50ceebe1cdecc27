"""Hostile programs through the worker's own child: none gets out, none is left, and each is told what stopped it."""

import json
import os
import socket
import stat
import sys
import time
from pathlib import Path

import pytest

from portal.common.sandbox.leftovers import remove_tree
from portal.common.sandbox.spec import Sandbox
from portal.jobs.registry import Command
from portal.jobs.worker.child import Child
from tests.sandbox.programs import PROGRAMS, Hostile
from tests.sandbox.walled import needs_walls

SMALL = Sandbox(memory_mb=96, processes=16, cpu_seconds=1, file_mb=4, scratch_mb=8, folder_mb=16, foreign_code=True)
PATIENCE = 60  # seconds for a program that ends by itself or through the walls
SHORT = 0.7  # seconds that an endless one is given
LONGEST_LOG = 1 << 20
SPACE = "import os\nprint('namespace', os.readlink('/proc/self/ns/pid'), flush=True)\nHOST = {host!r}\n"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """What the programs are after."""
    folder = tmp_path_factory.mktemp("host")
    canary = folder / "canary"
    canary.write_text("untouched")
    abstract = f"portal-hostile-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as loopback, socket.socket(socket.AF_UNIX) as hidden:
        hidden.bind("\0" + abstract)
        hidden.listen()
        facts = {"canary": str(canary), "port": loopback.getsockname()[1], "abstract": abstract, "pid": os.getpid()}
        facts |= {
            "python": os.path.realpath(sys.executable),
            "path": sys.path,
            "manage": str(Path("manage.py").resolve()),
        }
        yield facts
        for listening in (loopback, hidden):
            listening.setblocking(False)
            with pytest.raises(BlockingIOError):
                listening.accept()
    assert canary.read_text() == "untouched"


def in_namespace(space: str) -> list[int]:
    found = []
    for link in Path("/proc").glob("[0-9]*/ns/pid"):
        try:
            if str(link.readlink()) == space:
                found.append(int(link.parts[2]))
        except OSError:
            continue
    return found


@needs_walls
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program_is_contained(program: Hostile, host, tmp_path, monkeypatch, request):
    if "x86_64" in program.source and os.uname().machine != "x86_64":
        pytest.skip("numbers of system calls are of x86_64")
    monkeypatch.setenv("HOSTILE_SECRET", "s")
    folder = tmp_path / "work"
    (folder / "model").mkdir(parents=True)
    request.addfinalizer(lambda: remove_tree(folder))
    given = folder / "model" / "weights"
    given.write_text("weights")
    given.chmod(0o444)
    (folder / "program.py").write_text(SPACE.format(host=host | {"input": str(given)}) + program.source)

    with Child(Command([sys.executable, "-I", "-S", "program.py"], sandbox=SMALL), folder) as child:
        code = child.wait(SHORT if program.endless else PATIENCE)
        assert (code is None) == program.endless
    log = child.log().text
    report = {"ended_by": ""} if program.endless else json.loads((folder / "walls.json").read_text())

    assert "ESCAPED" not in log
    assert program.code in {None, code}, log
    assert report["ended_by"] == program.ended_by, log
    space = next((line.split()[1] for line in log.splitlines() if line.startswith("namespace ")), "")
    assert space.startswith("pid:") or program.name == "flood"
    assert in_namespace(space) == []
    assert given.read_text() == "weights"
    assert (folder / "child.log").stat().st_size <= LONGEST_LOG
    if (folder / "door").exists():
        assert not (folder / "door").stat().st_mode & (stat.S_ISUID | stat.S_ISGID)
    print(f"{program.name}: {program.tries}: contained; {' | '.join(log.splitlines()[1:4]) or report['ended_by']}")


@needs_walls
def test_nothing_survives_a_launcher_that_is_killed(tmp_path):
    """The supervisor is killed, too: the kernel alone has to clean up."""
    source = SPACE.format(host={}) + "import time, sys\nif os.fork(): time.sleep(600)\nos.setsid()\ntime.sleep(600)"
    (tmp_path / "program.py").write_text(source)
    child = Child(Command([sys.executable, "-I", "-S", "program.py"], sandbox=SMALL), tmp_path)
    while "namespace" not in child.log().text:
        assert child.wait(0.05) is None
    space = child.log().text.split()[1]
    assert len(in_namespace(space)) >= 2

    child._process.kill()
    child._process.wait()
    until = time.monotonic() + PATIENCE
    while in_namespace(space) and time.monotonic() < until:
        time.sleep(0.02)

    assert in_namespace(space) == []
