from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from portal.jobs import actions
from portal.jobs.enums import Cause
from portal.jobs.errors import Failure
from portal.jobs.models import Job
from portal.jobs.templatetags.jobs import job_progress
from tests.factories.jobs import make_job
from tests.jobs import recorded

pytestmark = pytest.mark.django_db


def rendered(job: Job) -> str:
    with translation.override("en"):
        return render_to_string("jobs/components/progress.html", job_progress(job))


def running(**beat: Any) -> Job:
    job = make_job(recorded.RECORDED.name)
    lease = actions.claim("w", capabilities={})
    assert lease
    actions.start(lease)
    actions.heartbeat(lease, **beat)
    job.refresh_from_db()
    return job


def test_running_job_shows_how_far_it_is() -> None:
    html = rendered(running(progress={"done": 3, "total": 12, "note": "spelling"}))

    assert '<progress value="3" max="12" aria-label="Progress"></progress> 3 / 12 · spelling' in html


def test_running_job_of_unknown_length_shows_no_bar() -> None:
    assert "<progress" not in rendered(running())


def test_waiting_job_says_why() -> None:
    assert "No worker is running." in rendered(make_job("recorded"))


def test_failed_job_says_why_and_escapes_what_the_child_wrote() -> None:
    make_job("recorded")
    lease = actions.claim("w", capabilities={})
    assert lease

    html = rendered(actions.fail(lease, Failure(Cause.INPUT, "<script>", transient=False)))

    assert "The input cannot be used: &lt;script&gt;" in html


def test_finished_job_shows_no_old_reason() -> None:
    make_job("recorded")
    lease = actions.claim("w", capabilities={})
    assert lease

    assert "note" not in rendered(actions.succeed(lease, {"value": 1}))
