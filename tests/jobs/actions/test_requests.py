from typing import Any

import pytest
from django.utils import timezone

from portal.jobs import actions
from portal.jobs.enums import Cause, JobState
from portal.jobs.errors import Failure, KeyReused
from portal.jobs.models import Job, Worker
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db


def test_enqueue_twice_gives_one_job() -> None:
    first = make_job(recorded.RECORDED.name, key="k", payload={"bundle": 1})

    second = make_job(recorded.RECORDED.name, key="k", payload={"bundle": 1})

    assert second == first
    assert Job.objects.count() == 1


def test_key_for_other_work_is_refused() -> None:
    make_job("recorded", key="k", payload={"bundle": 1})

    with pytest.raises(KeyReused, match="'k' already stands for another recorded job"):
        make_job("recorded", key="k", payload={"bundle": 2})


def test_unknown_kind_is_named() -> None:
    with pytest.raises(LookupError, match="No kind of job is called 'dance'"):
        make_job("dance")


def test_cancelled_job_is_not_claimed() -> None:
    job = actions.cancel(make_job("recorded"))

    assert job.state == JobState.CANCELLED
    assert actions.claim("w", capabilities={}) is None


def test_cancel_leaves_final_jobs_alone() -> None:
    job = make_job("recorded")
    lease = actions.claim("w", capabilities={})
    assert lease
    actions.succeed(lease, {"value": 1})

    assert actions.cancel(job).state == JobState.SUCCEEDED


def test_retry_gives_a_failed_job_new_attempts() -> None:
    job = make_job("recorded")
    lease = actions.claim("w", capabilities={})
    assert lease
    actions.fail(lease, Failure(Cause.INPUT, "torn shard", transient=False))

    job = actions.retry(job)

    assert (job.state, job.max_attempts) == (JobState.QUEUED, 3)
    assert actions.claim("w", capabilities={}) is not None


def test_report_in_keeps_one_row_per_worker() -> None:
    before = timezone.now()
    actions.report_in("w", capabilities={"gpus": 1})
    actions.report_in("w", capabilities={"gpus": 2})

    worker = Worker.objects.get()
    assert worker.capabilities == {"gpus": 2}
    assert worker.seen >= before


def test_message_goes_out_only_after_the_commit(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    with django_capture_on_commit_callbacks() as callbacks:
        make_job("recorded")

    assert len(callbacks) == 1
