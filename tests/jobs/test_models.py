"""The rules that the database itself holds, whatever a program tries to write."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs import actions
from portal.jobs.models import Attempt, Job
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "change",
    [
        {"state": "dancing"},
        {"state": "running"},
        {"lease_until": timezone.now()},
        {"state": "succeeded", "finished": timezone.now()},
        {"state": "failed", "finished": timezone.now()},
        {"state": "cancelled"},
        {"finished": timezone.now()},
        {"attempts_used": 3},
    ],
    ids=[
        "unknown state",
        "running without a lease",
        "waiting with a lease",
        "succeeded without an outcome",
        "failed without a cause",
        "cancelled but not finished",
        "waiting but finished",
        "more attempts than allowed",
    ],
)
def test_contradicting_job_is_refused(change: dict[str, Any]) -> None:
    job = make_job(recorded.RECORDED.name)

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**change)


def test_second_open_attempt_is_refused() -> None:
    job = make_job("recorded")
    actions.claim("w", capabilities={})

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(job=job, fence=2, worker="w2")


def test_second_success_is_refused() -> None:
    job = make_job("recorded")
    ended = {"job": job, "worker": "w", "ended": timezone.now(), "outcome": "succeeded"}
    Attempt.objects.create(fence=1, **ended)

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(fence=2, **ended)
