"""Names in a log: guessed, shown to all who see the curves, corrected by the own team while it may."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from originality.models import TraceMapping
from portal.jobs.models import Job
from portal.programmes.models import Phase
from portal.review import actions
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.review import Scene
from tests.factories.traces import TAGS, logs_of, make_trace

pytestmark = pytest.mark.django_db


def address(run):
    with translation.override("en"):
        return reverse("originality:names", kwargs={"trace": run.pk})


def given(**changes):
    return {**TAGS, **changes, "reason": "eval/loss is the loss of training: the two were swapped."}


@pytest.fixture
def team():
    return make_user("team")


@pytest.fixture
def run(team):
    entry = make_entry(make_phase("closed"), consortium=make_consortium(manager=team))
    return make_trace(entry, logs=logs_of(60))


def test_a_correction_is_a_new_row_and_everything_is_checked_again(client, team, run):
    sign_in(client, team)
    report, jobs = run.report, Job.objects.count()

    answer = client.post(address(run), given(loss="eval/loss", validation_loss="train/loss"), follow=True)

    html = answer.content.decode()
    guess, correction = TraceMapping.objects.filter(run=run)
    run.refresh_from_db()
    assert guess.mapping == TAGS
    assert (correction.mapping["loss"], correction.mapping["grad_norm"]) == ("eval/loss", "")
    assert Job.objects.count() == jobs + 2
    assert run.report == report
    assert "the two were swapped" in html
    assert "is being worked in" in html


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Nothing was changed"),
        ({"loss": "no/such"}, "no series of this name"),
        ({"loss": "eval/loss"}, "already stands for"),
        ({"loss": ""}, None),
    ],
)
def test_only_names_of_the_log_are_taken_each_once(client, team, run, changes, said):
    sign_in(client, team)

    answer = client.post(address(run), given(**changes))

    assert answer.status_code == (422 if said else 302)
    assert said is None or said in answer.content.decode()
    assert TraceMapping.objects.filter(run=run).count() == (1 if said else 2)


def test_after_scoring_began_a_correction_needs_an_open_question(client):
    scene = Scene()
    run = make_trace(scene.entries[0], logs=logs_of(60))
    sign_in(client, scene.members[0])

    assert client.post(address(run), given(loss="")).status_code == 403
    due = timezone.now() + timedelta(days=1)
    question = actions.ask_question(scene.entries[0], text="?", due_at=due, asked_by=scene.officer)
    assert "Correct and check again" in client.get(address(run)).content.decode()
    assert client.post(address(run), given(loss="")).status_code == 302
    actions.answer_question(question, text="!", answered_by=scene.members[0])
    assert client.post(address(run), given(loss="train/loss")).status_code == 403


def test_a_panel_reads_the_guess_and_every_correction(client):
    scene = Scene()
    run = make_trace(scene.entries[0], logs=logs_of(60))
    row = TraceMapping(run=run, number=1, mapping={**TAGS, "loss": ""}, reason="사유", actor="user:1")
    row.save()
    sign_in(client, scene.seats[0].user)

    html = client.get(address(run)).content.decode()

    assert "사유" in html
    assert '<form method="post" novalidate>' not in html
    assert html.count("train/loss") >= 2


def test_a_replaced_version_is_corrected_no_more(client, team, run):
    sign_in(client, team)
    Phase.objects.update(state="receiving")
    from portal.submissions.models import Submission

    Submission.objects.update(state="replaced")

    assert client.post(address(run), given(loss="")).status_code == 403
