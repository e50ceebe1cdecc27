"""One attempt in this process, with a real child."""

import logging

import pytest

from portal.jobs import registry
from portal.jobs.enums import Cause, JobState
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind
from tests.factories.jobs import make_job, run_now
from tests.jobs.kinds.scripts import collect, prepare, script_kind

pytestmark = pytest.mark.django_db


def refuse_input(job: Job, workdir: object) -> Command:
    raise InputError("model.safetensors: the header is torn; upload the file again")


def kind(name: str, **options: object) -> str:
    settled = {"prepare": prepare, "collect": collect, "commit": lambda job, outcome: None}
    return registry.register(JobKind(**({"name": name, **settled} | options))).name  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", {"script": script_kind("script")})


def test_progress_and_output_reach_the_row() -> None:
    job = run_now(make_job(kind("plain"), payload={"script": "progress(3, 3, 'done'); print('hello'); result(1)"}))

    assert (job.state, job.progress) == (JobState.SUCCEEDED, {"done": 3, "total": 3, "note": "done"})
    assert job.attempts.get().log == "hello\n"


def test_input_error_of_the_child_is_final() -> None:
    job = run_now(make_job("script", payload={"script": "error('config.json: vocab_size is missing')"}))

    assert (job.state, job.cause, job.error) == (JobState.FAILED, Cause.INPUT, "config.json: vocab_size is missing")


@pytest.mark.parametrize("escape", ["u0000", "ud800"])
def test_message_that_no_row_can_hold_ends_the_job_and_not_the_worker(escape: str) -> None:
    """A message quotes names out of a stranger's files."""
    said = '{"message": "config.json: a' + chr(92) + escape + 'b"}'
    script = f"open('error.json', 'w').write({said!r}); sys.exit(2)"

    job = run_now(make_job("script", payload={"script": script}))

    assert (job.state, job.cause, job.error) == (JobState.FAILED, Cause.INPUT, "config.json: a�b")


def test_failure_that_cannot_be_written_whole_is_written_bare() -> None:
    """PostgreSQL takes less than JSON can say, and a kind may keep what no JSON is."""
    own = kind("keeps", salvage=lambda job, workdir: {"note": object()}, max_attempts=1)

    job = run_now(make_job(own, payload={"script": "error('torn')"}))

    assert (job.state, job.cause, job.outcome) == (JobState.FAILED, Cause.UNEXPECTED, None)


def test_failure_that_cannot_be_written_at_all_leaves_the_worker_alive(caplog: pytest.LogCaptureFixture) -> None:
    def broken(job: Job) -> None:
        raise KeyError("hook")

    job = run_now(make_job(kind("hooked", failed=broken), payload={"script": "error('torn')"}))

    assert job.state == JobState.RUNNING
    assert "left to the reconciler" in caplog.text


def test_input_error_while_preparing_is_final_and_starts_no_child() -> None:
    job = run_now(make_job(kind("picky", prepare=refuse_input)))

    assert (job.state, job.started) == (JobState.FAILED, None)
    assert job.error == "model.safetensors: the header is torn; upload the file again"


def test_crash_is_tried_again() -> None:
    job = run_now(make_job("script", payload={"script": "raise RuntimeError('boom')"}))

    assert (job.state, job.cause, job.error) == (JobState.QUEUED, Cause.EXIT, "exit code 1")
    assert "RuntimeError: boom" in job.attempts.get().log


def test_child_that_writes_no_result_is_tried_again() -> None:
    job = run_now(make_job("script", payload={"script": "pass"}))

    assert (job.state, job.cause) == (JobState.QUEUED, Cause.NO_RESULT)


def test_child_over_its_time_limit_is_ended() -> None:
    job = run_now(make_job(kind("slow", time_limit=1), payload={"script": "time.sleep(1000)"}))

    assert (job.state, job.cause, job.error) == (JobState.QUEUED, Cause.TIME_LIMIT, "1 s")


def test_unexpected_error_is_logged_whole_and_shown_as_an_id(caplog: pytest.LogCaptureFixture) -> None:
    def broken(job: Job, outcome: dict[str, object]) -> None:
        raise KeyError("secret detail")

    with caplog.at_level(logging.ERROR):
        job = run_now(make_job(kind("broken", commit=broken), payload={"script": "result(1)"}))

    assert (job.state, job.cause) == (JobState.QUEUED, Cause.UNEXPECTED)
    assert "secret detail" not in job.error
    assert f"incident {job.error}" in caplog.text
    assert "secret detail" in caplog.text
