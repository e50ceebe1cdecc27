import pytest
from django.test import Client

from portal.accounts.actions import issue_token
from portal.artifacts.actions import cancel_upload
from portal.submissions.actions import open_draft, withdraw
from portal.submissions.models import Submission
from tests.factories.artifacts import declare
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.measured import make_measured_suite, measured
from tests.factories.programmes import make_phase
from tests.factories.submissions import ACTOR, complete_draft, handed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(team):
    return make_entry(make_phase("receiving"), consortium=make_consortium(manager=team))


@pytest.fixture
def call(team, entry):
    _token, secret = issue_token(user=team, account_key=entry.consortium.account_key, scopes={"upload"})

    def request(method, path, data=None):
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        return getattr(client, method)(f"/api/submissions/{path}", data, content_type="application/json")

    return request


def test_a_draft_is_opened_and_listed(call, entry):
    opened = call("post", "", {"entry": entry.pk})

    assert (opened.status_code, opened.json()["state"]) == (201, "draft")
    assert [row["id"] for row in call("get", "").json()["submissions"]] == [opened.json()["id"]]


@pytest.mark.parametrize("body", [{}, {"entry": "x"}, {"entry": None}, {"entry": "9" * 5000}, [1]])
def test_a_draft_of_nothing_is_refused_with_a_hint(call, body):
    answer = call("post", "", body)

    assert (answer.status_code, answer.json()["where"]) == (400, "$.entry")


def test_an_entry_of_another_consortium_is_not_there(call):
    other = make_entry(make_phase("receiving"))

    assert call("post", "", {"entry": other.pk}).status_code == 404


def test_an_upload_that_is_on_its_way_is_attached_and_said_to_be(call, entry):
    draft = open_draft(entry, actor=ACTOR)
    upload = declare({"model.safetensors": b"not all of it"}, owner=entry.consortium.account_key, part_size=1 << 23)

    answer = call("post", f"{draft.pk}/items/", {"role": "checkpoint", "upload": str(upload.pk)})

    assert (answer.status_code, answer.json()["stored"]) == (201, False)
    shown = call("get", f"{draft.pk}/").json()
    assert [(row["bundle"], row["stored"]) for row in shown["items"]] == [(upload.digest, False)]
    assert (shown["open"], shown["deadline"], shown["bytes_due"]) == (True, shown["bytes_due"], shown["deadline"])


def test_an_upload_that_was_cancelled_is_not_attached(call, entry):
    draft = open_draft(entry, actor=ACTOR)
    upload = declare({"model.safetensors": b"gone"}, owner=entry.consortium.account_key, part_size=1 << 23)
    cancel_upload(upload, actor=ACTOR)

    answer = call("post", f"{draft.pk}/items/", {"role": "checkpoint", "upload": str(upload.pk)})

    assert (answer.status_code, answer.json()["error"], answer.json()["where"]) == (409, "not_open", "upload")


def test_what_was_withdrawn_is_not_handed_in_again(call, entry, tmp_path):
    submission = handed_in(entry, tmp_path).submission
    withdraw(submission, actor=ACTOR, reason="가중치 오류")

    answer = call("post", f"{submission.pk}/submit/")

    assert (answer.status_code, answer.json()["error"]) == (409, "not_possible")


def test_handing_in_answers_with_the_receipt(call, entry, tmp_path):
    draft = complete_draft(entry, tmp_path)

    answer = call("post", f"{draft.pk}/submit/")

    assert answer.status_code == 201
    assert answer.json() == call("get", f"{draft.pk}/receipt/").json()


def test_an_incomplete_hand_in_says_what_is_missing(call, entry):
    draft = open_draft(entry, actor=ACTOR)

    answer = call("post", f"{draft.pk}/submit/")

    assert (answer.status_code, answer.json()["error"]) == (409, "incomplete")
    assert Submission.objects.get(pk=draft.pk).state == "draft"


def test_a_receipt_of_another_team_is_not_there(call, tmp_path):
    other = handed_in(make_entry(make_phase("receiving")), tmp_path)

    assert call("get", f"{other.submission_id}/receipt/").status_code == 404


def test_a_draft_has_no_receipt(call, entry):
    assert call("get", f"{open_draft(entry, actor=ACTOR).pk}/receipt/").status_code == 404


@pytest.mark.parametrize("number", [2**63, 10**30])
@pytest.mark.parametrize("name", ["step", "tokens"])
def test_a_number_that_no_column_holds_is_refused(call, entry, name, number):
    upload = declare({"model.safetensors": b"x"}, owner=entry.consortium.account_key, part_size=1 << 23)
    body = {"role": "checkpoint", "upload": str(upload.pk), name: number}

    answer = call("post", f"{open_draft(entry, actor=ACTOR).pk}/items/", body)

    assert (answer.status_code, answer.json()["where"]) == (400, f"$.{name}")


def test_runs_of_the_own_hand_in_stand_with_their_figures_and_no_answers(call, entry, settings):
    settings.CELERY_BROKER_URL = ""
    row = measured(entry, make_measured_suite(), note="카나리아")

    answer = call("get", f"{row.submission_id}/runs/")

    (run,) = answer.json()["runs"]
    assert (run["kind"], run["state"], run["standing"]) == ("benchmark", "succeeded", "counts")
    assert {(found["task"], found["n"]) for found in run["results"]} == {("ko_spelling", 12), ("ko_text", 12)}
    assert "카나리아" not in answer.content.decode()
    rival = measured(make_entry(make_phase("receiving")), make_measured_suite())
    assert call("get", f"{rival.submission_id}/runs/").status_code == 404
