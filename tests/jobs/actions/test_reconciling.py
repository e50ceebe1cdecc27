from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.jobs import actions, registry
from portal.jobs.enums import AttemptOutcome, Cause, JobState
from portal.jobs.models import Job, Worker
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db

PAST = timedelta(seconds=1)


def lapse(job: Job, field: str) -> None:
    Job.objects.filter(pk=job.pk).update(**{field: timezone.now() - PAST})


def test_silent_worker_loses_its_job() -> None:
    job = make_job("recorded")
    actions.claim("w", capabilities={})
    lapse(job, "lease_until")

    assert actions.reconcile().expired == 1

    job.refresh_from_db()
    assert (job.state, job.lease_until) == (JobState.QUEUED, None)
    assert job.attempts.get().outcome == AttemptOutcome.LOST


def test_live_lease_is_left_alone() -> None:
    make_job("recorded")
    actions.claim("w", capabilities={})

    assert actions.reconcile().changed == 0


def test_attempt_that_goes_on_past_its_deadline_is_taken_back() -> None:
    job = make_job("recorded")
    actions.claim("w", capabilities={})
    lapse(job, "deadline")

    assert actions.reconcile().expired == 1


def test_job_that_loses_every_worker_fails_in_the_end() -> None:
    job = make_job("recorded")
    for _ in range(recorded.RECORDED.max_attempts):
        actions.claim("w", capabilities={})
        lapse(job, "lease_until")
        actions.reconcile()

    job.refresh_from_db()
    assert (job.state, job.cause) == (JobState.FAILED, Cause.WORKER_LOST)


def test_job_that_nobody_takes_fails_at_its_deadline() -> None:
    job = make_job("recorded", requirements={"gpus": 99})
    lapse(job, "deadline")

    assert actions.reconcile().overdue == 1

    job.refresh_from_db()
    assert (job.state, job.cause) == (JobState.FAILED, Cause.NOT_TAKEN)


def test_second_pass_changes_nothing() -> None:
    job = make_job("recorded")
    actions.claim("w", capabilities={})
    lapse(job, "lease_until")
    actions.reconcile()

    assert actions.reconcile().changed == 0


def test_broken_step_is_reported_and_the_others_run() -> None:
    def broken() -> None:
        raise RuntimeError("no such table")

    def fine() -> int:
        return 3

    registry.register_step(broken)
    registry.register_step(fine)

    report = actions.reconcile()

    assert report.steps == 3
    assert [name.rpartition(".")[2] for name in report.broken_steps] == ["broken"]


def test_job_whose_hook_raises_is_reported_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(job: Job) -> None:
        raise RuntimeError("no such run")

    monkeypatch.setitem(registry._kinds, "broken", replace(recorded.RECORDED, name="broken", failed=broken))
    first, second = make_job("broken"), make_job("recorded")
    lapse(first, "deadline")
    lapse(second, "deadline")

    report = actions.reconcile()

    assert (report.overdue, report.broken_steps) == (1, [f"give_up job {first.pk}"])
    first.refresh_from_db()
    assert first.state == JobState.QUEUED


def test_job_of_a_kind_that_is_gone_is_settled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job("recorded")
    monkeypatch.delitem(registry._kinds, "recorded")
    lapse(job, "deadline")

    assert actions.reconcile().overdue == 1


def test_workers_not_seen_for_long_are_forgotten() -> None:
    actions.report_in("old", capabilities={})
    actions.report_in("new", capabilities={})
    Worker.objects.filter(name="old").update(seen=timezone.now() - timedelta(days=2))

    actions.reconcile()

    assert [worker.name for worker in Worker.objects.all()] == ["new"]
