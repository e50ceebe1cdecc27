from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from portal.jobs import actions
from portal.jobs.enums import Cause
from portal.jobs.errors import Failure
from portal.jobs.models import Job
from portal.jobs.selectors import explain, progress_of, waiting_for, why_waiting
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db
KIND = recorded.RECORDED.name


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def test_waiting_without_any_worker() -> None:
    assert why_waiting(make_job(KIND)) == "No worker is running. The job starts as soon as one reports in."


def test_waiting_for_a_worker_with_more() -> None:
    actions.report_in("w", capabilities={"gpus": 1})

    assert (
        why_waiting(make_job(KIND, requirements={"gpus": 2})) == "No running worker offers what the job needs (gpus 2)."
    )


def test_waiting_in_the_queue() -> None:
    actions.report_in("w", capabilities={})
    first, second = make_job(KIND), make_job(KIND)
    urgent = make_job(KIND, priority=1)

    assert [why_waiting(job) for job in (urgent, first, second)] == [
        "Next in the queue.",
        "1 job is before it.",
        "2 jobs are before it.",
    ]


def test_waiting_for_the_next_attempt(settings: Any) -> None:
    settings.JOBS_BACKOFF_SECONDS = 600
    job = make_job(KIND)
    lease = actions.claim("w", capabilities={})
    assert lease
    job = actions.fail(lease, Failure(Cause.STORAGE, "", transient=True))

    assert why_waiting(job).endswith("The last attempt ended: The storage of the portal is full.")


def test_final_jobs_do_not_wait() -> None:
    assert why_waiting(actions.cancel(make_job(KIND))) == ""


def test_explain_keeps_machine_names_from_teams() -> None:
    job = Job(cause=Cause.WORKER_LOST, error="node-17-4711")

    assert explain(job) == "The worker stopped answering."


def test_explain_gives_the_detail_of_an_input_error() -> None:
    job = Job(cause=Cause.INPUT, error="model-2.safetensors: 4 bytes are missing")

    assert explain(job) == "The input cannot be used: model-2.safetensors: 4 bytes are missing"


def test_progress_has_all_parts_before_the_first_report() -> None:
    assert progress_of(Job()) == {"done": 0, "total": 0, "note": ""}


def test_waiting_for_counts_only_what_the_worker_can_do() -> None:
    job = make_job(KIND, requirements={"gpus": 1})
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + timedelta(hours=1))

    assert not waiting_for({})
    assert waiting_for({"gpus": 1})
