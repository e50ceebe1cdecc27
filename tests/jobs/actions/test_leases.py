from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.jobs import actions
from portal.jobs.actions import Lease
from portal.jobs.actions.leases import backoff
from portal.jobs.enums import AttemptOutcome, Cause, JobState
from portal.jobs.errors import Failure, LeaseLost
from portal.jobs.models import Job, Worker
from portal.jobs.selectors import live_workers
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db

TRANSIENT = Failure(Cause.EXIT, "exit code 1", transient=True)


@pytest.fixture(autouse=True)
def empty_records() -> None:
    recorded.committed.clear()
    recorded.failed.clear()


def claimed(**offers: int) -> Lease:
    lease = actions.claim("w", capabilities=offers)
    assert lease is not None
    return lease


def take_over(lease: Lease) -> Lease:
    """Let the lease run out and another worker claim the job."""
    Job.objects.filter(pk=lease.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    actions.reconcile()
    return claimed()


def test_claim_takes_urgent_jobs_first_then_older_ones() -> None:
    later, urgent = make_job("recorded"), make_job("recorded", priority=5)
    last = make_job("recorded")

    assert [claimed().job_id for _ in range(3)] == [urgent.pk, later.pk, last.pk]


def test_claim_leaves_what_the_worker_cannot_do() -> None:
    make_job("recorded", requirements={"gpus": 2}, priority=9)
    plain = make_job("recorded")

    assert claimed(gpus=1).job_id == plain.pk
    assert actions.claim("w", capabilities={"gpus": 1}) is None


def test_claim_of_one_job_twice_is_refused_the_second_time() -> None:
    job = make_job("recorded")

    assert actions.claim("w1", capabilities={}, job_id=job.pk)
    assert actions.claim("w2", capabilities={}, job_id=job.pk) is None


def test_claim_leaves_jobs_that_wait_for_their_next_attempt(settings: Any) -> None:
    settings.JOBS_BACKOFF_SECONDS = 60
    make_job("recorded")
    actions.fail(claimed(), TRANSIENT)

    assert actions.claim("w", capabilities={}) is None


def test_heartbeat_prolongs_the_lease_and_stores_progress() -> None:
    job = make_job("recorded")
    lease = claimed()
    Job.objects.update(lease_until=timezone.now())

    assert actions.heartbeat(lease, progress={"done": 1, "total": 2, "note": ""}, log="line")

    job.refresh_from_db()
    assert job.lease_until
    assert job.lease_until > timezone.now()
    assert job.progress["done"] == 1
    assert job.attempts.get().log == "line"


def test_heartbeat_shows_that_a_busy_worker_lives() -> None:
    make_job("recorded")
    actions.report_in("w", capabilities={})
    lease = claimed()
    Worker.objects.update(seen=timezone.now() - timedelta(hours=1))

    actions.heartbeat(lease)

    assert [worker.name for worker in live_workers()] == ["w"]


def test_lost_lease_can_neither_beat_nor_start_nor_write() -> None:
    make_job("recorded")
    old = claimed()
    take_over(old)

    assert not actions.heartbeat(old)
    for write in (
        lambda: actions.start(old),
        lambda: actions.succeed(old, {"value": 1}),
        lambda: actions.fail(old, TRANSIENT),
        lambda: actions.hand_back(old),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert recorded.committed == []


def test_succeed_writes_results_and_state() -> None:
    job = make_job("recorded")
    lease = claimed()
    actions.start(lease)

    actions.succeed(lease, {"value": 1}, log="done")

    job.refresh_from_db()
    assert (job.state, job.outcome, job.lease_until) == (JobState.SUCCEEDED, {"value": 1}, None)
    assert recorded.committed == [(job.pk, {"value": 1})]
    assert job.attempts.get().outcome == AttemptOutcome.SUCCEEDED


def test_results_that_cannot_be_written_leave_the_state_as_it_was() -> None:
    job = make_job("recorded")
    lease = claimed()
    actions.start(lease)

    with pytest.raises(RuntimeError, match="cannot be written"):
        actions.succeed(lease, {"refuse": True})

    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert job.attempts.get().ended is None


def test_transient_failures_are_tried_again_up_to_the_bound() -> None:
    job = make_job("recorded")

    assert actions.fail(claimed(), TRANSIENT).state == JobState.QUEUED
    assert actions.fail(claimed(), TRANSIENT).state == JobState.FAILED

    job.refresh_from_db()
    assert (job.cause, job.error, job.attempts_used) == (Cause.EXIT, "exit code 1", 2)
    assert recorded.failed == [job.pk]


def test_input_errors_are_final() -> None:
    make_job("recorded")

    job = actions.fail(claimed(), Failure(Cause.INPUT, "model-2.safetensors: torn", transient=False))

    assert (job.state, job.attempts_used) == (JobState.FAILED, 1)


def test_handed_back_attempts_are_not_counted() -> None:
    make_job("recorded")

    job = actions.hand_back(claimed())

    assert (job.state, job.attempts_used, job.fence) == (JobState.QUEUED, 0, 1)


def test_backoff_doubles_up_to_its_longest(settings: Any) -> None:
    settings.JOBS_BACKOFF_SECONDS = 5

    assert [backoff(attempt) for attempt in (1, 2, 3, 20)] == [5, 10, 20, 600]
