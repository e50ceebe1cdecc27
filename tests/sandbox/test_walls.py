import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from portal.common.sandbox import probe, walls
from portal.common.sandbox.errors import NoSandboxError
from portal.common.sandbox.leftovers import TooDeep, entries, remove_tree, sweep
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import ROOT, options, variables
from tests.sandbox.walled import needs_walls

FOLDER = Path("/work/folder")


def built(sandbox: Sandbox) -> list[str]:
    return list(options(sandbox, folder=FOLDER, env=variables({"A": "b"}, sandbox=sandbox, folder=FOLDER)))


def bound(parts: list[str], how: str) -> list[str]:
    return [parts[n + 2] for n, part in enumerate(parts) if part == how]


def test_only_the_cards_named_are_let_in_and_they_are_counted_anew():
    sandbox = Sandbox(cards=(3, 5))
    devices = bound(built(sandbox), "--dev-bind-try")

    assert [name for name in devices if name[-1].isdigit()] == ["/dev/nvidia3", "/dev/nvidia5"]
    assert {"/dev/nvidiactl", "/dev/nvidia-uvm"} <= set(devices)
    assert variables({"CUDA_VISIBLE_DEVICES": "3,5"}, sandbox=sandbox, folder=FOLDER)["CUDA_VISIBLE_DEVICES"] == "0,1"
    assert bound(built(Sandbox()), "--dev-bind-try") == []


def test_foreign_code_sees_neither_the_portal_nor_answers():
    ours, foreign = built(Sandbox()), built(Sandbox(foreign_code=True))

    assert str(ROOT / "portal") in bound(ours, "--ro-bind")
    assert not [path for path in bound(foreign, "--ro-bind") if Path(path) in [ROOT / name for name in walls.SOURCE]]
    assert ROOT not in map(Path, bound(ours, "--ro-bind"))  # it may hold keys
    hidden = {Path(foreign[n + 1]).name for n, part in enumerate(foreign) if part == "--tmpfs"}
    assert {"evals", "lm_eval"} <= hidden


def test_what_is_readable_covers_the_working_folder_and_not_the_other_way_round():
    parts = built(Sandbox(readable=(FOLDER / "checkpoint",)))

    assert bound(parts, "--bind") == [str(FOLDER)]
    assert parts.index(str(FOLDER / "checkpoint")) > parts.index("--bind")
    assert parts.index("--tmpfs") < parts.index("--bind")


def test_nothing_of_the_starters_environment_is_named(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s")
    parts = built(Sandbox())

    assert "--clearenv" in parts
    assert {parts[n + 1] for n, part in enumerate(parts) if part == "--setenv"} == {"PATH", "HOME", "LANG", "A"}


def test_without_bubblewrap_there_is_a_reason_and_no_command(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    probe.strength.cache_clear()
    try:
        assert not probe.available()
        assert "install" in probe.why_not()
        assert probe.main() == 1
        with pytest.raises(NoSandboxError, match="bubblewrap"):
            walls.walls(["true"], sandbox=Sandbox(), workdir=tmp_path)
        with pytest.raises(NoSandboxError, match="No sandbox can be set up"):
            probe.require()
    finally:
        probe.strength.cache_clear()


def test_bubblewrap_that_cannot_work_is_no_sandbox(monkeypatch, tmp_path):
    """As where user namespaces are forbidden: installed, and of no use."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    probe.strength.cache_clear()
    try:
        assert probe.why_not() == "bwrap: No permissions to create new namespace"
    finally:
        probe.strength.cache_clear()


@needs_walls
def test_input_output_and_exit_code_pass_through_and_the_report_lies_where_it_is_wanted(tmp_path):
    folder, report = tmp_path / "work", tmp_path / "report.json"
    folder.mkdir()
    argv = walls.walls(
        ["sh", "-c", "cat; echo err >&2; exit 7"], sandbox=Sandbox(memory_mb=64), workdir=folder, report=report
    )

    done = subprocess.run(argv, input=b"in", capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (7, b"in", b"err\n")
    assert json.loads(report.read_text())["exit"] == 7
    assert list(folder.iterdir()) == []


@needs_walls
def test_the_end_of_the_starter_is_the_end_of_the_program(tmp_path):
    """The starter is killed and can tell nobody: a pipe that only the program holds shows when it is gone."""
    reader, writer = os.pipe()
    source = (
        "import subprocess\nfrom pathlib import Path\nfrom portal.common.sandbox.spec import Sandbox\n"
        "from portal.common.sandbox.walls import walls\n"
        f"argv = walls(['sleep', '600'], sandbox=Sandbox(memory_mb=64), workdir=Path({str(tmp_path)!r}))\n"
        f"subprocess.Popen(argv, stdout={writer}, pass_fds=[{writer}])\nprint(1, flush=True)\ninput()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", source], pass_fds=[writer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    os.close(writer)
    assert starter.stdout is not None
    starter.stdout.readline()

    starter.kill()
    starter.wait()

    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b""


def test_trees_of_any_depth_are_swept_and_removed(tmp_path):
    top = tmp_path / "top"
    (top / "plain").mkdir(parents=True)
    (top / "plain" / "file").write_text("stays")
    (top / "link").symlink_to("/etc/passwd")
    os.mkfifo(top / "plain" / "pipe")
    sweep(top)
    assert sorted(path.name for path in top.rglob("*")) == ["file", "plain"]

    here = os.open(top, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    with pytest.raises(TooDeep):
        list(entries(top))
    sweep(top)
    assert sorted(path.name for path in top.iterdir()) == []

    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed").chmod(0o000)
    remove_tree(top)
    assert not top.exists()


THROUGH_A_LINK = """
import subprocess, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import walls
look = "import sysconfig, pathlib; p = pathlib.Path(sysconfig.get_path('purelib'));"
look += "print(sum(len(list((q / n).glob('*'))) for q in (p, pathlib.Path({real!r})) for n in ('evals', 'lm_eval')))"
sandbox = Sandbox(memory_mb=512, foreign_code=True)
sys.exit(subprocess.run(walls([sys.executable, "-I", "-c", look], sandbox=sandbox, workdir=Path({work!r}))).returncode)
"""


@needs_walls
def test_an_interpreter_reached_through_a_link_runs_and_hides_answers_under_both_names(tmp_path):
    link, work = tmp_path / "environment", tmp_path / "work"
    link.symlink_to(sys.prefix)
    work.mkdir()
    real = Path(sysconfig.get_path("purelib")).resolve()
    script = THROUGH_A_LINK.format(root=str(ROOT), real=str(real), work=str(work))
    ended = subprocess.run([link / "bin" / "python", "-c", script], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout.strip()) == (0, "0"), ended.stderr
