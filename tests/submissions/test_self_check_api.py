"""Self-checks and reports over the API: of the token's own account, through the rules of the pages."""

import pytest
from django.test import Client

from portal.accounts.actions import issue_token
from portal.submissions.models import SelfCheck
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.findings import compare, finish, make_reference, report_on
from tests.factories.programmes import make_phase
from tests.factories.self_checks import make_self_check, stored_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(team):
    return make_consortium(manager=team)


@pytest.fixture
def call(team, own):
    return caller(team, own)


def caller(user, consortium):
    _token, secret = issue_token(user=user, account_key=consortium.account_key, scopes={"upload"})

    def request(method, path, data=None):
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        return getattr(client, method)(f"/api/{path}", data, content_type="application/json")

    return request


def test_a_check_is_asked_for_listed_and_cancelled(call, own, tmp_path):
    upload = stored_upload(own, tmp_path / "model", label="step 9000")

    asked = call("post", "submissions/self-checks/", {"upload": str(upload.pk)})

    assert asked.status_code == 201
    body = asked.json()
    assert (body["label"], body["bundle"], body["open"], body["level"]) == ("step 9000", upload.digest, True, None)
    listed = call("get", "submissions/self-checks/").json()
    assert [row["id"] for row in listed["self_checks"]] == [body["id"]]
    assert (listed["quota"]["limit"], listed["quota"]["left"]) == (5, 4)

    again = call("post", "submissions/self-checks/", {"upload": str(upload.pk)})
    assert (again.status_code, again.json()["error"]) == (409, "one_at_a_time")

    assert call("delete", f"submissions/self-checks/{body['id']}/").json()["open"] is False
    assert call("delete", f"submissions/self-checks/{body['id']}/").status_code == 409
    assert call("get", "submissions/self-checks/").json()["quota"]["left"] == 5


def test_another_teams_upload_and_check_are_not_there(call, tmp_path):
    other = make_consortium()
    upload = stored_upload(other, tmp_path / "model")
    check = make_self_check(other, tmp_path / "model")

    assert call("post", "submissions/self-checks/", {"upload": str(upload.pk)}).status_code == 404
    assert call("get", f"submissions/self-checks/{check.pk}/").status_code == 404
    assert call("delete", f"submissions/self-checks/{check.pk}/").status_code == 404
    assert call("get", f"originality/runs/{check.run_id}/").status_code == 404
    assert call("get", "originality/runs/").json() == {"runs": []}
    assert SelfCheck.objects.get().run.job.state == "queued"


@pytest.mark.parametrize("body", [{}, {"upload": "x"}, [1]])
def test_nonsense_is_refused_with_its_place(call, body):
    assert call("post", "submissions/self-checks/", body).status_code == 400


def test_a_run_says_how_it_stands_and_no_figure_is_without_its_null(call, own, tmp_path):
    check = make_self_check(own, tmp_path / "model")
    waiting = call("get", f"originality/runs/{check.run_id}/").json()
    assert (waiting["state"], waiting["comparisons"], waiting["level"]) == ("waiting", [], None)
    assert waiting["waiting"]

    found = compare(check.run, reference=make_reference(), level=2)
    finish(check.run)

    body = call("get", f"originality/runs/{check.run_id}/").json()
    [row] = body["comparisons"]
    assert (body["state"], body["level"], row["outcome"]) == ("done", 2, "common origin")
    assert {"z", "null_mean", "null_sd"} <= row["pooled"].keys()
    assert row["reference"]["public_since"] == "2025-03-01"
    assert row["limits"]
    document = call("get", f"originality/runs/{check.run_id}/{found.reference_id}/").json()
    assert document == found.report
    assert call("get", f"originality/runs/{check.run_id}/999999/").status_code == 404
    assert [run["id"] for run in call("get", "originality/runs/").json()["runs"]] == [str(check.run_id)]


def test_the_report_on_a_hand_in_is_there_for_its_own_team(call, own, tmp_path, settings):
    settings.STORE_DIR = tmp_path / "store"
    row = report_on(make_entry(make_phase("closed"), consortium=own), levels=(0,))
    others = report_on(make_entry(make_phase("closed")), levels=(0,))

    assert call("get", f"originality/runs/{row.originality_id}/").status_code == 200
    assert call("get", f"originality/runs/{others.originality_id}/").status_code == 404


def test_a_token_of_one_team_opens_nothing_of_its_persons_other_team(team, call, tmp_path):
    second = make_consortium(manager=team)
    check = make_self_check(second, tmp_path / "model")

    assert call("get", f"originality/runs/{check.run_id}/").status_code == 404
    assert caller(team, second)("get", f"originality/runs/{check.run_id}/").status_code == 200
