"""Figures of a hand-in: repeated runs beside each other, scores along the training, the run as JSON."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from portal.measurements.selectors.checkpoints import trajectory_of
from portal.measurements.selectors.reruns import reruns_of
from portal.programmes.models import Phase
from portal.submissions.actions import rerun
from portal.submissions.selectors import standing_of
from tests.factories.accounts import make_user, sign_in
from tests.factories.dossiers import Verified
from tests.factories.measured import along_the_way, answers_for, finish, make_measured_suite, measured

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.CELERY_BROKER_URL = ""


@pytest.fixture
def scene(tmp_path):
    return Verified(folder=tmp_path)


@pytest.fixture
def row(scene):
    return measured(scene.entry, make_measured_suite())


def get(user, name, **kwargs):
    client = Client()
    sign_in(client, user)
    return client.get(reverse(f"measurements:{name}", kwargs=kwargs))


def test_a_repeated_run_is_compared_with_the_one_that_counts(scene, row):
    again = rerun(row, reason="재현 확인", by=scene.office)
    finish(again.run, answers_for(row.run.suite, seed=1))
    third = rerun(row, reason="다시 확인", by=scene.office)
    finish(third.run, answers_for(row.run.suite, seed=5))

    found = reruns_of(standing_of(row))

    assert found.measure == row.run
    assert [cell.difference for cell in found.rows[0].cells][:2] == ["", "0"]
    assert found.rows[0].cells[2].difference not in ("", "0")
    assert found.differing == []
    page = get(scene.manager, "reruns", benchmark=row.run.pk).content.decode()
    assert "재현 확인" in page


def test_versions_that_were_not_the_same_are_named(scene, row):
    again = rerun(row, reason="재현 확인", by=scene.office)
    finish(again.run, answers_for(row.run.suite, seed=1))
    seen = row.run.seen | {"libraries": {"torch": "2.14.0"}}
    type(again.run).objects.filter(pk=again.run.pk).update(seen=seen)

    assert reruns_of(standing_of(row)).differing == ["libraries"]


def test_scores_run_along_the_steps(scene, row):
    along_the_way(row.submission, row.run.suite)

    found = trajectory_of(row.submission)

    assert [stop.row.step for stop in found.stops] == [0, 100, 200, 300]
    course = next(course for course in found.courses if course.metric == "acc")
    assert [float(point.x) for point in course.points] == sorted(float(point.x) for point in course.points)
    by_value = sorted(course.points, key=lambda point: float(point.value))
    assert [float(point.y) for point in by_value] == sorted((float(point.y) for point in by_value), reverse=True)
    page = get(scene.seat.user, "checkpoints", submission=row.submission_id).content.decode()
    assert page.count("<circle") == 8
    document = json.loads(get(scene.seat.user, "checkpoints_document", submission=row.submission_id).content)
    assert [stop["step"] for stop in document["checkpoints"]] == [0, 100, 200, 300]


def test_a_hand_in_without_a_trajectory_says_so(scene, row):
    assert trajectory_of(row.submission) is None
    assert get(scene.manager, "checkpoints", submission=row.submission_id).status_code == 200


def test_the_run_as_json_has_what_makes_it_comparable(scene, row):
    document = json.loads(get(scene.manager, "run_document", benchmark=row.run.pk).content)

    assert document["standing"] == "counts"
    assert document["inputs_digest"] == row.run.inputs_digest
    assert document["seen"]["harness"] == {"name": "lm-eval", "version": "0.4.13"}
    assert {(one["task"], one["n"]) for one in document["results"]} == {("ko_spelling", 12), ("ko_text", 12)}
    assert document["answers"] is None  # not before the notice
    Phase.objects.filter(pk=scene.phase.pk).update(state="notified")
    document = json.loads(get(scene.manager, "run_document", benchmark=row.run.pk).content)
    assert document["answers"].endswith("/answers/")


@pytest.mark.parametrize(("role", "status"), [("team", 404), ("reviewer", 404), ("officer", 200), ("auditor", 200)])
def test_others_find_no_figures(row, role, status):
    assert get(make_user(role), "run_document", benchmark=row.run.pk).status_code == status
    assert get(make_user(role), "checkpoints", submission=row.submission_id).status_code == status
