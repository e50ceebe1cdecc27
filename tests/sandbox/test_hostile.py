"""Hostile programs through the worker's own child: none gets out, none is left, and each is told what stopped it."""

import os
import sys
import time

import pytest

from portal.jobs.registry import Command
from portal.jobs.worker.child import Child
from tests.sandbox.programs import PROGRAMS, Hostile
from tests.sandbox.runs import PATIENCE, SMALL, SPACE, host_of, in_namespace, try_out
from tests.sandbox.walled import needs_walls


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with host_of(tmp_path_factory.mktemp("host")) as facts:
        yield facts


@needs_walls
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program_is_contained(program: Hostile, host, tmp_path, monkeypatch):
    if "x86_64" in program.source and os.uname().machine != "x86_64":
        pytest.skip("numbers of system calls are of x86_64")
    monkeypatch.setenv("HOSTILE_SECRET", "s")

    outcome = try_out(program, host=host, folder=tmp_path / "work")

    assert outcome.problems == [], outcome.stopped_by


@needs_walls
def test_nothing_survives_a_launcher_that_is_killed(tmp_path):
    """The supervisor is killed, too: the kernel alone has to clean up."""
    source = SPACE.format(host={}) + "import time, sys\nif os.fork(): time.sleep(600)\nos.setsid()\ntime.sleep(600)"
    (tmp_path / "program.py").write_text(source)
    child = Child(Command([sys.executable, "-I", "-S", "program.py"], sandbox=SMALL), tmp_path)
    while "namespace" not in child.log().text:
        assert child.wait(0.05) is None
    space = child.log().text.split()[1]

    child._process.kill()
    child._process.wait()
    until = time.monotonic() + PATIENCE
    while in_namespace(space) and time.monotonic() < until:
        time.sleep(0.02)

    assert in_namespace(space) == []
