import json
from pathlib import Path
from typing import Any

import pytest

from portal.jobs.enums import RETRIES, Cause
from portal.jobs.errors import Failure
from portal.jobs.registry import Command
from portal.jobs.worker.child import Child, environment, failure_of, newest_progress
from portal.jobs.worker.memory import killed_for_memory


def said(folder: Path, **error: Any) -> Path:
    (folder / "error.json").write_text(json.dumps(error), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, Failure(Cause.NO_RESULT, "", transient=True)),
        (1, Failure(Cause.EXIT, "exit code 1", transient=True)),
        (2, Failure(Cause.INPUT, "exit code 2", transient=False)),
        (137, Failure(Cause.MEMORY, "", transient=True)),
        (139, Failure(Cause.EXIT, "exit code 139: ended by SIGSEGV", transient=True)),
    ],
)
def test_exit_code_alone(tmp_path: Path, code: int, expected: Failure) -> None:
    assert failure_of(code, tmp_path) == expected


def test_a_kill_while_the_kernel_killed_nobody_for_memory_came_from_outside(tmp_path: Path) -> None:
    """It is no fault of the input, so it does not use up the one retry that memory gets."""
    found = failure_of(137, tmp_path, memory=False)

    assert found == Failure(Cause.KILLED, "", transient=True)
    assert found.cause not in RETRIES


def test_kills_for_memory_are_counted_by_the_kernel_or_not_at_all() -> None:
    count = killed_for_memory()
    assert count is None or count >= 0


def test_message_of_the_child_is_kept_without_the_folder(tmp_path: Path) -> None:
    said(tmp_path, message=f"{tmp_path}/bundle/model.safetensors is torn")

    assert failure_of(2, tmp_path) == Failure(Cause.INPUT, "…/bundle/model.safetensors is torn", transient=False)


def test_child_can_say_that_another_attempt_is_of_no_use(tmp_path: Path) -> None:
    said(tmp_path, message="NaN logits", transient=False)

    assert failure_of(1, tmp_path) == Failure(Cause.EXIT, "NaN logits", transient=False)


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"'])
def test_broken_error_file_is_no_error_of_its_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "error.json").write_text(text)

    assert failure_of(1, tmp_path) == Failure(Cause.EXIT, "exit code 1", transient=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ('{"done": 1, "total": 3}\n', {"done": 1, "total": 3, "note": ""}),
        ('{"done": 1, "total": 3}\n{"done": 2, "tot', {"done": 1, "total": 3, "note": ""}),
        ('{"done": 1, "total": 3, "note": "a"}\nnoise\n[]\n', {"done": 1, "total": 3, "note": "a"}),
    ],
    ids=["empty", "one", "half a line", "noise after it"],
)
def test_newest_progress(tmp_path: Path, text: str, expected: dict[str, Any]) -> None:
    (tmp_path / "progress.jsonl").write_text(text)

    assert newest_progress(tmp_path / "progress.jsonl") == expected


def test_child_learns_no_secret_of_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")

    assert {"SECRET_KEY", "DATABASE_URL"}.isdisjoint(environment(tmp_path))


def test_child_runs_in_its_folder_with_its_environment(tmp_path: Path) -> None:
    with Child(Command(["sh", "-c", "echo $GREETING > result.json"], env={"GREETING": "annyeong"}), tmp_path) as child:
        assert child.wait(120) == 0

    assert (tmp_path / "result.json").read_text() == "annyeong\n"
