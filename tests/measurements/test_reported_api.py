"""Reporting over the API with a team's token."""

import json

import pytest
from django.urls import reverse

from portal.accounts.actions import issue_token
from tests.factories.consortia import make_entry
from tests.factories.reported import close, reporting_phase, with_logs

pytestmark = pytest.mark.django_db
ADDRESS = "/api/measurements/reports/"


@pytest.fixture
def entry():
    return make_entry(reporting_phase())


@pytest.fixture
def send(client, entry):
    user = entry.consortium.memberships.get(role="manager").user
    secret = issue_token(user=user, account_key=entry.consortium.account_key, scopes=["upload"])[1]
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    def sent(**body):
        if not body:
            return client.get(ADDRESS, **header)
        return client.post(ADDRESS, json.dumps(body), content_type="application/json", **header)

    return sent


def body_of(entry, bundle, **changes):
    facts = {"entry": entry.pk, "part": "benchmark", "item": "index", "log": bundle.digest}
    return facts | {"figures": ["ko_spelling/acc,none"]} | changes


def test_a_score_is_reported_from_its_logs_and_listed(entry, send, tmp_path):
    log = with_logs(entry, tmp_path)

    made = send(**body_of(entry, log))
    assert (made.status_code, made.json()["value"], made.json()["version"]) == (201, "75", 1)
    (listed,) = send().json()["reports"]
    assert listed == made.json()
    assert [figure["code"] for figure in listed["figures"]] == ["A-0001"]
    assert reverse("measurements-api:reports") == ADDRESS


def test_refusals_say_what_is_wrong(entry, send, tmp_path):
    log = with_logs(entry, tmp_path)
    rival = make_entry(entry.phase)

    unknown = send(**body_of(entry, log, figures=["mmlu/acc,none"]))
    assert (unknown.status_code, unknown.json()["where"]) == (400, "figures")
    assert send(**body_of(rival, log)).status_code == 404
    assert send(**body_of(entry, log, log="0" * 64)).status_code == 404
    close(entry.phase)
    late = send(**body_of(entry, log))
    assert (late.status_code, late.json()["error"]) == (409, "closed")
