"""A claim at a long queue: what it asks for must not grow with what waits."""

import pytest
from django.db import connection
from django.utils import timezone

from portal.jobs import actions
from portal.jobs.models import Job
from portal.jobs.routes import waiting_routes
from tests.factories.jobs import make_job
from tests.jobs.queues import OFFERED, claim_plan, fill_queue, uses_queue_index

pytestmark = pytest.mark.django_db


def test_routes_are_those_of_waiting_jobs_each_once() -> None:
    for number in range(6):
        make_job("script", requirements={"gpus": number % 2 + 1, "memory_gb": 80})
    make_job("script")
    done = make_job("script", requirements={"vllm": 1})
    Job.objects.filter(pk=done.pk).update(state="cancelled", finished=timezone.now())

    assert waiting_routes() == {
        '{"gpus":1,"memory_gb":80}': {"gpus": 1, "memory_gb": 80},
        '{"gpus":2,"memory_gb":80}': {"gpus": 2, "memory_gb": 80},
        "{}": {},
    }


def test_no_routes_where_nothing_waits() -> None:
    assert waiting_routes() == {}


def test_the_claim_at_a_long_queue_takes_the_most_urgent_job_it_can_do() -> None:
    fill_queue(400, routes=40)
    wanted = Job.objects.filter(requirements__has_key="cpu").order_by("-priority", "pk").first()

    lease = actions.claim("one", capabilities=OFFERED)

    assert wanted
    assert lease
    assert lease.job_id == wanted.pk


def test_the_claim_at_ten_thousand_waiting_jobs_walks_along_the_index_of_the_queue() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the plan is PostgreSQL's")
    fill_queue(10_000, routes=300)
    plan = claim_plan()
    assert uses_queue_index(plan), "\n".join(plan)
