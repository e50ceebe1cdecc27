"""What an account may use: taken with the lease, given back unless the job succeeds, and never taken twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from portal.jobs import actions
from portal.jobs.actions import Lease
from portal.jobs.enums import Cause, JobState, ReservationState
from portal.jobs.errors import Failure
from portal.jobs.models import Attempt, Job, Quota, Reservation
from portal.jobs.selectors import why_waiting
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db
KIND, HOUR = recorded.RECORDED.name, 3600


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def job_of(account: str = "team", **options: Any) -> Job:
    return make_job(KIND, account=account, **options)


def claimed(**offers: int) -> Lease | None:
    return actions.claim("w", capabilities={"gpus": 8} | offers)


def lease() -> Lease:
    found = claimed()
    assert found
    return found


def held() -> list[str]:
    return list(Reservation.objects.order_by("pk").values_list("state", flat=True))


def test_as_many_at_once_as_the_quota_says_and_others_pass() -> None:
    actions.set_quota("team", concurrent=1, by="officer")
    first, second, rival = job_of(), job_of(), job_of("rival")

    assert [lease().job_id, lease().job_id, claimed()] == [first.pk, rival.pk, None]
    second.refresh_from_db()
    actions.report_in("w", capabilities={})
    assert why_waiting(second) == "The account has 1 jobs at work, as many as its quota allows at once."


@pytest.mark.parametrize("end", ["fail", "hand_back", "cancel", "lost"])
def test_whatever_ends_without_success_gives_its_share_back(end: str) -> None:
    actions.set_quota("team", runs=1, by="officer")
    job = job_of()
    taken = lease()
    if end == "fail":
        actions.fail(taken, Failure(Cause.INPUT, "torn", transient=False))
    elif end == "hand_back":
        actions.hand_back(taken)
    elif end == "cancel":
        actions.cancel(job)
    else:
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        actions.reconcile()

    assert held() == [ReservationState.RETURNED]
    other = job_of(priority=9)
    assert lease().job_id == other.pk


def test_success_keeps_what_was_used_and_returns_the_rest() -> None:
    actions.set_quota("team", card_seconds=2 * HOUR, by="officer")
    job_of(requirements={"gpus": 2})
    taken = lease()
    assert Reservation.objects.get().card_seconds == 2 * HOUR
    Attempt.objects.update(started=timezone.now() - timedelta(seconds=600))

    actions.succeed(taken, {"value": 1})

    reservation = Reservation.objects.get()
    assert reservation.state == ReservationState.SETTLED
    assert 1200 <= reservation.card_seconds <= 1400


def test_used_up_card_hours_come_back_when_the_period_has_passed() -> None:
    actions.set_quota("team", card_seconds=HOUR, days=30, by="officer")
    job_of(requirements={"gpus": 1})
    taken = lease()
    Attempt.objects.update(started=timezone.now() - timedelta(seconds=600))
    actions.succeed(taken, {"value": 1})
    waiting = job_of(requirements={"gpus": 1})

    assert claimed() is None
    actions.report_in("w", capabilities={"gpus": 8})
    assert "leaves 0.8 card-hours in 30 days and the job may need 1.0" in why_waiting(waiting)
    Reservation.objects.update(made=timezone.now() - timedelta(days=31))
    assert lease().job_id == waiting.pk


def test_job_that_no_quota_can_hold_says_so_and_fails_with_that_cause() -> None:
    actions.set_quota("", card_seconds=HOUR, by="officer")
    job = job_of(requirements={"gpus": 4})
    actions.report_in("w", capabilities={"gpus": 8})

    assert why_waiting(job).startswith("The job needs up to 4.0 card-hours; the account's quota allows 1.0")
    Job.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    actions.reconcile()
    job.refresh_from_db()
    assert (job.state, job.cause) == (JobState.FAILED, Cause.QUOTA)


def test_own_quota_stands_for_the_one_of_everybody() -> None:
    actions.set_quota("", concurrent=0, by="officer")
    actions.set_quota("team", concurrent=1, by="officer")
    job_of("rival")
    own = job_of()

    assert [lease().job_id, claimed()] == [own.pk, None]


def test_quota_of_a_kind_leaves_other_kinds_alone_and_work_of_nobody_has_none() -> None:
    actions.set_quota("team", kind="another", concurrent=0, by="officer")
    actions.set_quota("", kind=KIND, concurrent=0, by="officer")
    job_of()
    of_nobody = job_of("")

    assert [lease().job_id, claimed()] == [of_nobody.pk, None]


def test_limit_of_the_job_itself_is_what_is_reserved() -> None:
    job_of(requirements={"gpus": 2}, time_limit=60)

    lease()

    assert Reservation.objects.get().card_seconds == 120


def test_quota_without_a_limit_is_removed() -> None:
    actions.set_quota("team", runs=1, by="officer")

    assert actions.set_quota("team", by="officer") is None
    assert not Quota.objects.exists()


@pytest.mark.parametrize(("cause", "states"), [(Cause.GPU_MEMORY, "qf"), (Cause.TIME_LIMIT, "qf"), (Cause.EXIT, "qqq")])
def test_what_the_same_input_meets_again_is_tried_once_more(cause: Cause, states: str) -> None:
    job = job_of()
    Job.objects.update(max_attempts=5)
    seen = ""
    while len(seen) < len(states):
        seen += actions.fail(lease(), Failure(cause, "", transient=True)).state[0]

    job.refresh_from_db()
    assert seen == states


def test_what_was_salvaged_is_the_outcome_of_a_failed_job() -> None:
    job_of()

    job = actions.fail(lease(), Failure(Cause.INPUT, "", transient=False), salvaged={"samples": 7})

    job.refresh_from_db()
    assert (job.state, job.outcome) == (JobState.FAILED, {"samples": 7})
