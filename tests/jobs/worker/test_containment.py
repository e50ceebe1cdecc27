import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.common.sandbox import probe
from portal.common.sandbox.spec import Sandbox
from portal.jobs.enums import Cause
from portal.jobs.errors import NoSandbox
from portal.jobs.registry import Command
from portal.jobs.worker import containment
from portal.jobs.worker.child import Child, tail
from tests.sandbox.walled import needs_walls

SMALL = Sandbox(memory_mb=128, processes=32, folder_mb=32)


def done(folder: Path, script: str, *, sandbox: Sandbox = SMALL, expected: int | None = 0) -> Child:
    with Child(Command(["sh", "-c", script], sandbox=sandbox), folder) as child:
        code = child.wait(120)
    assert expected is None or code == expected, child.log().text
    return child


@pytest.fixture
def without_bubblewrap(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    probe.strength.cache_clear()
    yield
    probe.strength.cache_clear()


@needs_walls
def test_child_sees_its_folder_and_its_environment_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s")
    stranger = tmp_path / "stranger"
    stranger.write_text("no business of the child")
    folder = tmp_path / "work"
    folder.mkdir()

    done(
        folder,
        f"env > env; ls {stranger} > seen 2>&1; ls /etc/shadow {Path.cwd()}/manage.py >> seen 2>&1; ls ..  >> seen",
    )

    assert "SECRET_KEY" not in (folder / "env").read_text()
    assert f"PORTAL_SANDBOX={probe.strength().label}" in (folder / "env").read_text()
    assert (folder / "seen").read_text().count("No such file or directory") == 3
    assert (folder / "seen").read_text().endswith("\nwork\n")


@needs_walls
@pytest.mark.parametrize("how", ["hard link", "symbolic link", "read-only copy"])
def test_files_of_the_store_are_readable_and_stay_what_they_are(tmp_path, how):
    store, folder = tmp_path / "store", tmp_path / "work"
    (folder / "checkpoint").mkdir(parents=True)
    store.write_text("weights")
    placed = folder / "checkpoint" / "model"
    if how == "hard link":
        placed.hardlink_to(store)
    elif how == "symbolic link":
        placed.symlink_to(store)
    else:
        placed.write_text("weights")
        placed.chmod(0o444)

    done(
        folder,
        "cat checkpoint/model > copy; chmod 666 checkpoint/model; echo x > checkpoint/model; rm checkpoint/model; mv checkpoint away",
        expected=None,
    )

    assert (folder / "copy").read_text() == placed.read_text() == "weights"


@needs_walls
def test_links_and_pipes_in_the_place_of_results_mislead_nobody(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("key")
    folder = tmp_path / "work"
    folder.mkdir()

    child = done(
        folder,
        f"ln -s {secret} result.json; mkfifo error.json; rm child.log; ln -s {secret} child.log; mkdir walls.json",
    )

    assert not (folder / "result.json").exists()
    assert not (folder / "error.json").exists()
    assert child.log().text == tail(folder / "child.log", 100) == ""
    assert (folder / "walls.json").is_file()


@needs_walls
def test_what_the_walls_ended_is_said(tmp_path):
    assert done(tmp_path, "head -c 300M /dev/zero | tail", expected=137).failure(137).cause == Cause.MEMORY
    ended = done(tmp_path, "while :; do head -c 4M /dev/zero > $((n+=1)); sleep .05; done", expected=137).failure(137)
    assert (ended.cause, ended.transient) == (Cause.EXIT, False)
    assert "32 MB" in ended.message


@needs_walls
def test_readable_that_is_missing_is_a_fault_of_the_walls(tmp_path):
    child = done(tmp_path, "true", sandbox=Sandbox(readable=(tmp_path / "absent",)), expected=126)

    assert child.failure(126).cause == Cause.SANDBOX


def test_production_refuses_without_a_sandbox(tmp_path, settings, without_bubblewrap):
    settings.SANDBOX = "required"

    with pytest.raises(NoSandbox, match="bubblewrap"):
        Child(Command(["true"], sandbox=SMALL), tmp_path)
    assert containment.needs() == {"sandbox": 1}


def test_elsewhere_the_child_knows_that_it_has_none(tmp_path, without_bubblewrap):
    command = Command(["/bin/sh", "-c", "echo $PORTAL_SANDBOX > said"], sandbox=SMALL)
    with Child(command, tmp_path) as child:
        assert child.wait(120) == 0

    assert (tmp_path / "said").read_text() == "none\n"
    assert containment.needs() == {}


def test_code_of_others_never_runs_without_a_sandbox(tmp_path, without_bubblewrap):
    with pytest.raises(NoSandbox):
        Child(Command(["true"], sandbox=Sandbox(foreign_code=True)), tmp_path)


def test_production_requires_a_sandbox_whatever_the_environment_says():
    told = {"SECRET_KEY": "s", "LEDGER_SIGNING_KEY": "00", "DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}
    told |= {
        "DJANGO_SETTINGS_MODULE": "portal.config.settings.production",
        "SANDBOX": "where possible",
        "PRIVATE_SUITE_KEY": "00",
    }
    source = "from django.conf import settings; print(settings.SANDBOX)"

    done = subprocess.run(
        [sys.executable, "-c", source], env=os.environ | told, capture_output=True, text=True, check=True
    )

    assert done.stdout == "required\n"
