"""A benchmark outlives its worker: kill -9 in the middle, another worker finishes, and every figure stands once."""

import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.utils import timezone

from evaluation.models import TaskResult
from portal.jobs import actions
from portal.jobs.enums import AttemptOutcome, JobState
from portal.jobs.models import Job
from tests.factories.evaluation import make_run

pytestmark = pytest.mark.model
PATIENCE = 300  # seconds until a state that never comes fails the test


@pytest.fixture
def worker(fresh_database):
    """Start `run_worker` on the test's database; whatever still runs at the end is ended."""
    started = []

    def start(*arguments):
        command = [sys.executable, "manage.py", "run_worker", "--every", "0.2", *arguments]
        environment = os.environ | fresh_database.environment
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE)


def test_benchmark_of_a_killed_worker_gives_one_result_of_two_attempts(worker, checkpoint):
    run = make_run(checkpoint)
    first = worker()
    wait_until(lambda: (job_of(run).progress or {}).get("done", 0) >= 1)

    first.kill()
    first.wait(PATIENCE)
    assert job_of(run).state == JobState.RUNNING
    Job.objects.filter(pk=run.job.pk).update(lease_until=timezone.now())
    actions.reconcile()
    assert worker("--drain").wait(PATIENCE) == 0

    wanted = sum(len(task["metrics"]) for task in run.suite.document["tasks"])
    job = job_of(run)
    assert (job.state, job.attempts_used) == (JobState.SUCCEEDED, 2)
    assert list(job.attempts.values_list("outcome", flat=True)) == [AttemptOutcome.LOST, AttemptOutcome.SUCCEEDED]
    assert TaskResult.objects.filter(run=run).count() == wanted


def job_of(run):
    return Job.objects.get(pk=run.job.pk)


def wait_until(holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "the expected state did not come"
        time.sleep(0.05)
