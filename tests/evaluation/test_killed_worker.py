"""A benchmark outlives its worker: kill -9 in the middle, another worker finishes, every figure stands once, and the page says so."""

import os
import re
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluation.models import EvaluationRun, TaskResult
from evaluation.selectors import is_rankable, parts_of
from portal.jobs import actions
from portal.jobs.enums import AttemptOutcome, JobState
from portal.jobs.models import Job
from portal.submissions.enums import RunKind
from portal.submissions.models import SubmissionRun
from tests.factories.accounts import make_user, sign_in
from tests.factories.evaluation import grouped_document, make_run, make_suite
from tests.factories.submissions import handed_in, receiving_entry

pytestmark = pytest.mark.model
ATTEMPTS = re.compile("전체 시도.*?</table>", re.DOTALL)
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


def test_benchmark_of_a_killed_worker_gives_one_result_of_two_attempts(worker, checkpoint, tmp_path):
    """Two groups: the first is done and the second has begun when the worker is killed."""
    run = make_run(checkpoint, suite=make_suite(grouped_document(items=3)))
    row = on_a_page(run, tmp_path)
    done, killed = (part.job_id for part in parts_of(run))
    first = worker()
    wait_until(lambda: job(killed).progress)

    first.kill()
    first.wait(PATIENCE)
    assert (job(done).state, job(killed).state) == (JobState.SUCCEEDED, JobState.RUNNING)
    Job.objects.filter(pk=killed).update(lease_until=timezone.now())
    actions.reconcile()
    assert worker("--drain").wait(PATIENCE) == 0

    wanted = sum(len(task["metrics"]) for task in run.suite.document["tasks"])
    assert [job(pk).state for pk in (done, killed, run.job_id)] == [JobState.SUCCEEDED] * 3
    assert [job(pk).attempts_used for pk in (done, killed, run.job_id)] == [1, 2, 1]
    assert list(job(killed).attempts.values_list("outcome", flat=True)) == [
        AttemptOutcome.LOST,
        AttemptOutcome.SUCCEEDED,
    ]
    assert TaskResult.objects.filter(run=run).count() == wanted
    assert is_rankable(EvaluationRun.objects.get(pk=run.pk))
    shown = page_of(row)
    assert shown.count("작업 서버 응답 없음") == 1
    assert [table.count('<th scope="row"') for table in ATTEMPTS.findall(shown)] == [1, 2, 1]


def on_a_page(run, folder):
    """The run as one of a hand-in, as its team and the staff reach it."""
    submission = handed_in(receiving_entry(), folder / "hand-in").submission
    return SubmissionRun.objects.create(submission=submission, kind=RunKind.BENCHMARK, benchmark=run)


def page_of(row):
    client = sign_in(Client(), make_user("officer"))
    return client.get(reverse("submissions:run", args=[row.pk])).content.decode()


def job(pk):
    return Job.objects.get(pk=pk)


def wait_until(holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "the expected state did not come"
        time.sleep(0.05)
