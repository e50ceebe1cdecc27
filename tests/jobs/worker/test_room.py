"""A disk that takes nothing any more belongs to the worker: no job may pay for it with an attempt."""

import shutil

import pytest

from portal.jobs.enums import AttemptOutcome, JobState
from portal.jobs.worker.loop import Worker
from portal.jobs.worker.room import has_room
from tests.factories.jobs import make_job

pytestmark = pytest.mark.django_db


def test_room_is_asked_for_by_writing(tmp_path) -> None:
    assert has_room(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not has_room(tmp_path / "missing")


def test_a_worker_without_room_claims_nothing() -> None:
    job, worker = make_job("script", payload={"script": "result(1)"}), Worker()
    shutil.rmtree(worker.room.folder)
    try:
        assert not worker.run_one()
    finally:
        worker.room.folder.mkdir()
        worker.close()
    job.refresh_from_db()
    assert (job.state, job.fence) == (JobState.QUEUED, 0)


def test_a_job_whose_folder_cannot_be_made_is_handed_back_uncounted() -> None:
    job, worker = make_job("script", payload={"script": "result(1)"}), Worker()
    (worker.room.folder / f"{job.pk}-1").mkdir()
    try:
        assert not worker.run_one()
    finally:
        worker.close()
    job.refresh_from_db()
    assert (job.state, job.attempts_used) == (JobState.QUEUED, 0)
    assert job.attempts.get().outcome == AttemptOutcome.RELEASED
