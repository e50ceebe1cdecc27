"""The work room through its pages: what staff sees of the queue, what it does, and who must not read a log."""

import pytest
from django.urls import reverse
from django.utils import translation

from portal.audit.models import Event
from portal.common.viewer import viewer_of_user
from portal.jobs import actions
from portal.jobs.enums import Cause, JobState
from portal.jobs.errors import Failure
from portal.jobs.models import Attempt, Job, Quota
from portal.measurements.actions import work
from portal.measurements.errors import MeasurementError
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium
from tests.factories.measured import asked, failed, make_measured_suite, measured
from tests.factories.submissions import receiving_entry
from tests.factories.work import attempt_of, failed_job, leased, running_job, waiting_job

pytestmark = pytest.mark.django_db
TORN = Failure(Cause.INPUT, "model.safetensors: the header is torn", transient=False)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def officer(client):
    user = make_user("officer")
    sign_in(client, user)
    return user


def page(name, *arguments):
    return reverse(f"ops_measurements:{name}", args=arguments)


def test_room_shows_the_queue_what_is_at_work_and_what_failed(client, officer):
    actions.report_in("node-1-4711", capabilities={"gpus": 8})
    running, first = running_job(), waiting_job(requirements={"gpus": 2})
    urgent, failed = waiting_job(priority=5), failed_job(TORN)

    room = client.get(page("work_document")).json()

    assert [(row["id"], row["place"], row["waiting"]) for row in room["queue"]] == [
        (urgent.pk, 1, "Next in the queue."),
        (first.pk, 2, "1 job is before it."),
    ]
    assert [(row["id"], row["progress"]["done"]) for row in room["live"]] == [(running.pk, 3)]
    assert [row["error"] for row in room["failures"]] == [
        "The input cannot be used: model.safetensors: the header is torn"
    ]
    html = client.get(page("work")).content.decode()
    assert all(page("job", job.pk) in html for job in (running, first, urgent, failed))


@pytest.mark.parametrize(("make", "state"), [(waiting_job, "queued"), (running_job, "running")])
def test_cancelled_job_says_who_did_it_and_why(client, officer, make, state):
    job = make(account="consortium:1")

    answer = client.post(page("job", job.pk), {"do": "cancel", "reason": "wrong checkpoint"})

    job.refresh_from_db()
    assert (answer.status_code, job.state) == (302, JobState.CANCELLED)
    event = Event.objects.latest("seq")
    assert (event.action, event.reason) == ("measurements.job_cancelled", "wrong checkpoint")
    assert (event.before, event.after) == ({"state": state}, {"state": "cancelled"})
    assert not job.attempts.filter(ended=None).exists()


def test_job_that_ended_is_run_again_and_keeps_its_attempts(client, officer):
    job = failed_job(TORN)

    assert client.post(page("job", job.pk), {"do": "again", "reason": "file replaced"}).status_code == 302

    job.refresh_from_db()
    assert (job.state, job.attempts.count()) == (JobState.QUEUED, 1)
    actions.succeed(leased(job), {"value": 1})
    html = client.get(page("job", job.pk)).content.decode()
    assert html.count("node-1-4711") == 2


def test_what_cannot_be_done_any_more_is_refused_and_changes_nothing(client, officer):
    done = waiting_job()
    actions.succeed(leased(done), {"value": 1})
    waiting = waiting_job()

    for job, what in ((done, "cancel"), (done, "again"), (waiting, "again")):
        answer = client.post(page("job_document", job.pk), {"do": what, "reason": "x"})
        assert (what, answer.status_code) == (what, 409)
        assert answer.json()["detail"]
    assert client.post(page("job", waiting.pk), {"do": "cancel", "reason": " "}).status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == JobState.QUEUED


def test_priority_changes_the_place_in_the_queue(client, officer):
    first, second = waiting_job(), waiting_job()

    document = client.post(page("job_document", second.pk), {"do": "priority", "priority": "7", "reason": "deadline"})

    assert (document.json()["place"], document.json()["priority"]) == (1, 7)
    assert client.get(page("job_document", first.pk)).json()["place"] == 2
    assert client.post(page("job", first.pk), {"do": "priority", "priority": "999", "reason": "x"}).status_code == 422


def test_quota_is_set_shown_with_its_use_and_removed(client, officer):
    running_job(account="consortium:1", requirements={"gpus": 2})
    form = {"account": "", "kind": "", "days": "30", "card_hours": "40", "reason": "a month of the round"}

    assert client.post(page("quotas"), form).status_code == 302

    assert Quota.objects.get().card_seconds == 40 * 3600
    html = client.get(page("quotas")).content.decode()
    assert "consortium:1" in html
    assert ">2.0<" in html
    assert client.post(page("quotas"), form | {"card_hours": ""}).status_code == 302
    assert not Quota.objects.exists()
    assert list(Event.objects.values_list("reason", flat=True)) == ["a month of the round"] * 2
    assert client.post(page("quotas"), form | {"card_hours": ""}).status_code == 422


def test_log_goes_on_where_it_ended_until_the_attempt_has_ended(client):
    sign_in(client, make_user("auditor"))
    job = running_job(log="a < b\n")
    address = page("job_log", job.pk)
    html = client.get(page("job", job.pk)).content.decode()
    assert "a &lt; b" in html
    assert f'data-hx-get="{address}?attempt=1&amp;after=6"' in html

    Attempt.objects.update(log="a < b\n한글\n", log_end=13)
    more = client.get(address, {"attempt": 1, "after": 6}).content.decode()

    assert "한글" in more
    assert "a &lt; b" not in more
    assert "after=13" in more
    actions.cancel(job)
    last = client.get(address, {"attempt": 1, "after": 13}).content.decode()
    assert "hx-get" not in last
    assert "End of the attempt: Cancelled." in last


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "²", ""])
def test_offset_that_was_never_given_gives_the_whole(client, after):
    sign_in(client, make_user("auditor"))
    job = running_job(log="line\n")

    assert "line" in client.get(page("job_log", job.pk), {"attempt": 1, "after": after}).content.decode()


def test_what_left_the_window_is_counted(client):
    sign_in(client, make_user("auditor"))
    job = running_job()
    Attempt.objects.update(log="x" * 10, log_end=1000)

    html = client.get(page("job_log", job.pk), {"attempt": 1, "after": 100}).content.decode()

    assert "[890 bytes left out]" in html
    assert "x" * 10 in html


def test_officer_reads_the_cause_and_not_the_log(client, officer):
    job = failed_job(TORN, log="gold answer: 42")

    html = client.get(page("job", job.pk)).content.decode()

    assert "the header is torn" in html
    assert "gold answer" not in html
    assert client.get(page("job_log", job.pk), {"attempt": attempt_of(job).fence}).status_code == 403


def test_staff_of_a_team_has_no_business_in_the_queue_of_its_rivals(client, officer):
    make_consortium(manager=officer)

    assert client.get(page("work")).status_code == 403
    assert client.get(page("job", waiting_job().pk)).status_code == 403


def test_job_of_a_kind_that_is_gone_is_still_shown(client, officer):
    actions.set_quota("", card_seconds=3600, by="officer")
    job = waiting_job(account="consortium:1")
    Job.objects.update(kind="of an older version")

    for address in (page("work"), page("job", job.pk), page("work_document")):
        assert client.get(address).status_code == 200


def test_auditor_looks_and_changes_nothing(client):
    sign_in(client, make_user("auditor"))
    job = waiting_job()

    assert client.post(page("job", job.pk), {"do": "cancel", "reason": "x"}).status_code in (403, 422)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_a_failed_run_comes_to_no_figures_beside_a_later_one(officer):
    """Else the earliest whole run would change under a figure that counts already."""
    row = measured(receiving_entry(), make_measured_suite())
    failed(row.run)
    asked(row.submission, row.run.suite)

    with pytest.raises(MeasurementError) as raised:
        work.run_again(row.run.job, reason="the node is repaired", by=viewer_of_user(officer))
    assert raised.value.code == "later_run"
