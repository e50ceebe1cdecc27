"""A job that needs others: taken when they have succeeded, ended when one of them ended without success."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from portal.jobs import actions
from portal.jobs.enums import Cause, JobState
from portal.jobs.errors import Failure
from portal.jobs.models import Job, Need
from portal.jobs.selectors import waiting_for, why_waiting
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db
KIND = recorded.RECORDED.name


def family(parts: int = 2) -> tuple[Job, list[Job]]:
    children = [make_job(KIND) for _ in range(parts)]
    return make_job(KIND, after=children), children


def done(job: Job) -> Job:
    lease = actions.claim("w", capabilities={}, job_id=job.pk)
    assert lease
    return actions.succeed(lease, {"ok": True})


def lost(job: Job) -> Job:
    lease = actions.claim("w", capabilities={}, job_id=job.pk)
    assert lease
    return actions.fail(lease, Failure(Cause.INPUT, "model.safetensors is torn", transient=False))


def state_of(job: Job) -> str:
    return str(Job.objects.get(pk=job.pk).state)


def test_it_is_taken_when_all_parts_have_succeeded() -> None:
    whole, (first, second) = family()

    assert actions.claim("w", capabilities={}, job_id=whole.pk) is None
    done(first)
    assert actions.claim("w", capabilities={}, job_id=whole.pk) is None
    done(second)
    assert done(whole).state == JobState.SUCCEEDED


def test_polling_takes_the_parts_first_whatever_the_priority() -> None:
    part = make_job(KIND)
    whole = make_job(KIND, after=[part], priority=5)

    taken = [actions.claim("w", capabilities={}), actions.claim("w", capabilities={})]

    assert [lease and lease.job_id for lease in taken] == [part.pk, None]
    assert not waiting_for({})
    assert state_of(whole) == JobState.QUEUED


def test_the_page_says_how_many_parts_are_done() -> None:
    whole, (first, _) = family()
    done(first)

    with translation.override("en"):
        assert why_waiting(whole) == "1 of 2 parts are done."


def test_a_failed_part_fails_the_whole_with_its_cause_and_ends_the_other_parts() -> None:
    whole, (first, second) = family()
    lost(first)

    report = actions.reconcile()

    whole.refresh_from_db()
    assert (whole.state, whole.cause, whole.error) == (JobState.FAILED, Cause.INPUT, "model.safetensors is torn")
    assert state_of(second) == JobState.CANCELLED
    assert report.unneeded == 2
    assert whole.pk in recorded.failed
    assert actions.reconcile().unneeded == 0


def test_a_cancelled_whole_ends_its_parts_also_the_running_one() -> None:
    whole, (first, second) = family()
    lease = actions.claim("w", capabilities={}, job_id=first.pk)
    assert lease
    actions.cancel(whole)

    actions.reconcile()

    assert {state_of(first), state_of(second)} == {JobState.CANCELLED}
    assert not actions.heartbeat(lease)


def test_a_cancelled_part_cancels_the_whole() -> None:
    whole, (first, second) = family()
    done(second)
    actions.cancel(first)

    actions.reconcile()

    assert state_of(whole) == JobState.CANCELLED
    assert state_of(second) == JobState.SUCCEEDED


def test_a_part_that_another_piece_of_work_needs_goes_on() -> None:
    whole, (first, second) = family()
    make_job(KIND, after=[second])
    actions.cancel(whole)

    actions.reconcile()

    assert state_of(first) == JobState.CANCELLED
    assert state_of(second) == JobState.QUEUED


def test_trying_again_queues_the_parts_that_did_not_succeed() -> None:
    whole, (first, second) = family()
    kept = make_job(KIND)
    Need.objects.create(job=whole, on=kept)
    done(kept)
    lost(first)
    actions.reconcile()

    whole = actions.retry(Job.objects.get(pk=whole.pk))
    for part in (first, second):
        done(part)

    assert state_of(kept) == JobState.SUCCEEDED
    assert done(whole).state == JobState.SUCCEEDED
    assert actions.reconcile().unneeded == 0


@pytest.mark.parametrize("end", [lost, actions.cancel], ids=["failed", "cancelled"])
def test_a_part_tried_again_takes_along_what_ended_because_of_it(end: Any) -> None:
    whole, (first, second) = family()
    done(second)
    end(first)
    actions.reconcile()
    assert state_of(whole) in (JobState.FAILED, JobState.CANCELLED)

    actions.retry(Job.objects.get(pk=first.pk))

    assert actions.reconcile().unneeded == 0
    done(first)
    assert done(whole).state == JobState.SUCCEEDED
    assert state_of(second) == JobState.SUCCEEDED


def test_the_time_in_the_queue_runs_from_the_last_part(settings: Any) -> None:
    whole, parts = family()
    Job.objects.filter(pk=whole.pk).update(deadline=timezone.now() - timedelta(days=1))
    assert actions.reconcile().overdue == 0
    for part in parts:
        done(part)
    assert actions.reconcile().overdue == 0

    settings.JOBS_QUEUE_DAYS = 1
    Job.objects.filter(pk__in=[part.pk for part in parts]).update(finished=timezone.now() - timedelta(days=2))

    assert actions.reconcile().overdue == 1


def test_no_job_needs_itself() -> None:
    job = make_job(KIND)

    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.create(job=job, on=job)
