"""The team's page of self-checks: ask, see, cancel; refusals keep the page, and nobody else finds it."""

import pytest

from portal.submissions.models import SelfCheck
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium
from tests.factories.originality_reports import finish
from tests.factories.self_checks import make_self_check, stored_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(client):
    user = make_user("team")
    sign_in(client, user)
    return make_consortium(manager=user)


def page(team):
    return f"/en/team/self-checks/{team.pk}/"


def test_a_member_asks_for_a_check(client, team, tmp_path):
    upload = stored_upload(team, tmp_path / "model", label="before the deadline")

    answer = client.post(page(team), {"upload": str(upload.pk)}, follow=True)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "before the deadline" in html
    assert "One check runs at a time" in html
    assert SelfCheck.objects.get().consortium == team


def test_somebody_elses_upload_is_none_of_the_choices(client, team, tmp_path):
    stored_upload(team, tmp_path / "own")
    other = stored_upload(make_consortium(), tmp_path / "other")

    answer = client.post(page(team), {"upload": str(other.pk)})

    assert answer.status_code == 422
    assert not SelfCheck.objects.exists()


def test_a_second_check_while_one_runs_is_refused(client, team, tmp_path):
    make_self_check(team, tmp_path / "model")
    upload = stored_upload(team, tmp_path / "second")

    answer = client.post(page(team), {"upload": str(upload.pk)})

    assert answer.status_code == 422
    assert SelfCheck.objects.count() == 1


def test_a_check_is_cancelled_once(client, team, tmp_path):
    check = make_self_check(team, tmp_path / "model")

    first = client.post(f"/en/team/self-checks/cancel/{check.pk}/", follow=True).content.decode()
    second = client.post(f"/en/team/self-checks/cancel/{check.pk}/", follow=True).content.decode()

    assert "It does not count." in first
    assert "finished already" in second


def test_the_report_of_a_check_leads_back_to_the_list(client, team, tmp_path):
    check = make_self_check(team, tmp_path / "model", label="trial")
    finish(check.run)

    html = client.get(page(team)).content.decode()
    report = client.get(f"/en/originality/reports/{check.run_id}/").content.decode()

    assert f"/en/originality/reports/{check.run_id}/" in html
    assert page(team) in report


def test_others_find_neither_page_nor_report(client, team, tmp_path):
    check = make_self_check(team, tmp_path / "model")
    finish(check.run)
    for role in ("team", "reviewer", "officer", "auditor"):
        sign_in(client, make_user(role))

        assert client.get(page(team)).status_code == 404
        assert client.get(f"/en/originality/reports/{check.run_id}/").status_code == 404
        assert client.post(f"/en/team/self-checks/cancel/{check.pk}/").status_code == 404
