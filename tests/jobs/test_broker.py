"""With a real Redis and a real Celery worker (make test-services)."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from redis import Redis

from portal.jobs import actions
from portal.jobs.actions.sending import send
from portal.jobs.enums import AttemptOutcome, JobState
from portal.jobs.models import Job
from portal.jobs.selectors import live_workers
from tests.jobs.drivers import TWO, Driver
from tests.jobs.processes import PATIENCE, Portal, gated, is_gone, kill, wait_until
from tools.services import free_port, redis, temporary_folder

CELERY = ("-m", "celery", "-A", "portal.config", "worker", "--concurrency", "1", "--loglevel", "WARNING")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with temporary_folder() as folder, redis(folder / "redis") as url:
        speak_to(url)
        yield url
        speak_to(None)


def speak_to(url: str | None) -> None:
    """Without its connections: earlier tests may have sent to the broker of the whole run."""
    current_app.conf.broker_url = url
    current_app.amqp._producer_pool = None


@pytest.fixture
def broker(portal: Portal, redis_url: str, settings: Any) -> Iterator[str]:
    """An empty Redis, known to this process and to those it starts."""
    Redis.from_url(redis_url).flushall()
    settings.CELERY_BROKER_URL = portal.env["REDIS_URL"] = redis_url
    yield redis_url
    portal.end()


def is_done(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_final


@pytest.mark.services
def test_message_is_enough(portal: Portal, broker: str) -> None:
    job = portal.job("result(4)")

    portal.start(*CELERY)

    wait_until(lambda: is_done(job))
    assert portal.results(job) == ["4"]


@pytest.mark.services
def test_message_delivered_three_times_works_once(portal: Portal, broker: str) -> None:
    jobs = [portal.job(f"result({number})") for number in range(3)]
    for job in jobs * 2:
        assert send(job.pk)

    portal.start(*CELERY)
    portal.start(*CELERY)

    wait_until(lambda: all(is_done(job) for job in jobs))
    wait_until(lambda: queue_length(broker) == 0)
    assert [portal.results(job) for job in jobs] == [["0"], ["1"], ["2"]]


def queue_length(url: str) -> int:
    return int(Redis.from_url(url).llen("jobs"))


@pytest.mark.services
def test_killed_celery_worker_leaves_one_result(portal: Portal, broker: str) -> None:
    job = portal.job(gated(portal.folder, 6))
    worker = portal.start(*CELERY)
    child = portal.pid_in("pid")

    kill(worker)
    wait_until(lambda: is_gone(child))
    portal.lapse(job)
    portal.open_gate()
    portal.start(*CELERY)

    wait_until(lambda: is_done(job))
    assert portal.results(job) == ["6"]
    assert list(job.attempts.values_list("outcome", flat=True)) == [AttemptOutcome.LOST, AttemptOutcome.SUCCEEDED]


@pytest.mark.services
def test_message_never_sent_is_sent_by_the_reconciler(portal: Portal, broker: str) -> None:
    job = portal.job("result(8)")
    Redis.from_url(broker).flushall()
    Job.objects.update(sent=None)

    assert actions.reconcile().sent == 1
    portal.start(*CELERY)

    wait_until(lambda: is_done(job))
    assert portal.results(job) == ["8"]


@pytest.mark.services
def test_worker_reports_in_before_any_message_and_hears_of_jobs_for_its_cards(
    portal: Portal, broker: str, driver: Driver
) -> None:
    driver(portal, TWO)

    portal.start(*CELERY)
    wait_until(lambda: any(worker.capabilities["gpus"] == 2 for worker in live_workers()))
    job = portal.job("result(os.environ['CUDA_VISIBLE_DEVICES'])", requirements={"gpus": 2, "gpu_memory_gb": 141})
    assert send(job.pk)

    wait_until(lambda: is_done(job))
    assert portal.results(job) == ["0,1"]


@pytest.mark.services
def test_celery_worker_told_to_stop_hands_its_job_back_uncounted(portal: Portal, broker: str) -> None:
    portal.env["JOBS_GRACE_SECONDS"] = "0"
    job = portal.job(gated(portal.folder, 5))
    assert send(job.pk)
    worker = portal.start(*CELERY)
    child = portal.pid_in("pid")

    worker.terminate()

    assert worker.wait(PATIENCE) == 0
    assert is_gone(child)
    job.refresh_from_db()
    assert (job.state, job.attempts_used) == (JobState.QUEUED, 0)
    assert list(job.attempts.values_list("outcome", flat=True)) == [AttemptOutcome.RELEASED]


@pytest.mark.services
def test_served_portal_told_to_stop_hands_its_job_back_and_leaves_no_process(portal: Portal) -> None:
    job = portal.job(gated(portal.folder, 5))
    server = portal.manage("serve", "--port", str(free_port()))
    child = portal.pid_in("pid")

    server.terminate()

    assert server.wait(PATIENCE) == 0
    assert is_gone(child)
    job.refresh_from_db()
    assert (job.state, job.attempts_used) == (JobState.QUEUED, 0)


def test_without_its_broker_the_work_is_done_by_polling(portal: Portal) -> None:
    portal.env["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    job = portal.job("result(2)")

    assert portal.manage("reconcile", "--once").wait(PATIENCE) == 0
    portal.work()

    assert portal.results(job) == ["2"]
    assert Job.objects.get().sent is None
