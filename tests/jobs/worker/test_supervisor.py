import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.jobs.worker import supervisor
from portal.jobs.worker.child import SUPERVISOR
from tests.jobs.processes import PATIENCE, is_gone, wait_until


def supervised(folder: Path, script: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-I", "-S", str(SUPERVISOR), "log", sys.executable, "-I", "-S", "-c", script]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, start_new_session=True)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(2)", 2),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import os; os.kill(os.getpid(), 15)", 143),
    ],
)
def test_exit_code_is_passed_on(tmp_path: Path, script: str, code: int) -> None:
    assert supervised(tmp_path, script).wait(PATIENCE) == code


def test_command_that_does_not_exist_is_named_in_the_log(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(SUPERVISOR), "log", "/does/not/exist"]

    code = subprocess.run(command, cwd=tmp_path, stdin=subprocess.PIPE, check=False).returncode

    assert code == supervisor.COMMAND_NOT_FOUND
    assert (tmp_path / "log").read_text() == "/does/not/exist: No such file or directory\n"


def test_both_outputs_go_to_the_log(tmp_path: Path) -> None:
    supervised(tmp_path, "import sys; print('out', flush=True); print('err', file=sys.stderr)").wait(PATIENCE)

    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_log_keeps_the_newest_part(tmp_path: Path) -> None:
    supervised(tmp_path, "for n in range(300_000): print(n)").wait(PATIENCE)

    lines = (tmp_path / "log").read_text().splitlines()
    gone = supervisor.left_out(lines[0].encode() + b"\n")
    assert gone + sum(len(line) + 1 for line in lines[1:]) == sum(len(f"{n}\n") for n in range(300_000))
    assert lines[-1] == "299999"
    assert (tmp_path / "log").stat().st_size <= supervisor.LOG_BYTES + len(supervisor.LEFT_OUT)


def test_processes_left_behind_are_killed(tmp_path: Path) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)"

    supervised(tmp_path, script).wait(PATIENCE)

    assert is_gone(int((tmp_path / "log").read_text()))


def test_everything_ends_when_the_pipe_closes(tmp_path: Path) -> None:
    process = supervised(tmp_path, "import os, time; print(os.getpid(), flush=True); time.sleep(1000)")
    wait_until(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text().endswith("\n"))
    assert process.stdin

    process.stdin.close()

    assert process.wait(PATIENCE) == 137
    assert is_gone(int((tmp_path / "log").read_text()))


def test_killed_supervisor_takes_the_command_along(tmp_path: Path) -> None:
    process = supervised(tmp_path, "import os, time; print(os.getpid(), flush=True); time.sleep(1000)")
    wait_until(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text().endswith("\n"))

    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)

    wait_until(lambda: is_gone(int((tmp_path / "log").read_text())))
