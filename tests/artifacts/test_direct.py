"""Parts that go straight to object storage. The server here checks no digest: the portal must not need it to."""

import json

import pytest
import urllib3
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.artifacts.actions import direct
from portal.artifacts.models import Blob, Upload
from portal.artifacts.stores import current_store
from tests.factories.artifacts import OWNER, Token, manifest_from, noise, part_of

pytestmark = pytest.mark.django_db

LOG = noise(2500)
ROOT = "/api/uploads/"


@pytest.fixture
def client():
    client = APIClient()
    client.force_authenticate(User(pk=1), Token())
    return client


@pytest.fixture
def declared(client, bucket):
    document = {"manifest": manifest_from({"train.log": LOG}).document()}
    answer = client.post(f"{ROOT}?direct=1", json.dumps(document), content_type="application/json")
    assert answer.status_code == 201
    return answer.json()


def put(offer, data):
    answer = urllib3.request("PUT", offer["url"], body=data, headers=offer["headers"])
    assert answer.status == 200
    return [offer["file"], offer["number"], answer.headers["ETag"]]


def put_all(offers):
    return [put(offer, part_of(LOG, offer["number"])) for offer in offers]


def confirm(client, upload, parts):
    body = json.dumps({"parts": parts})
    return client.post(f"{ROOT}{upload['id']}/parts/?direct=1", body, content_type="application/json")


def test_the_way_past_the_portal(client, declared):
    assert sorted(offer["number"] for offer in declared["direct"]) == [0, 1, 2]
    answer = confirm(client, declared, put_all(declared["direct"])).json()
    assert sorted(answer["stored"]) == [[0, 0], [0, 1], [0, 2]]
    assert (answer["missing"], answer["refused"], answer["direct"]) == ({}, [], [])
    assert client.post(f"{declared['address']}complete/").json()["bundle"] == declared["digest"]
    blob = Blob.objects.get()
    with current_store().open(OWNER, blob.sha256) as stream:
        assert stream.read() == LOG


def test_addresses_are_made_for_those_who_ask_and_only_a_few(client, declared, monkeypatch):
    monkeypatch.setattr(direct, "BATCH", 2)
    assert "direct" not in client.get(declared["address"]).json()
    assert len(client.get(f"{declared['address']}?direct=1").json()["direct"]) == 2


def test_a_part_that_is_not_there_gets_no_row(client, declared):
    answer = confirm(client, declared, [[0, 1, ""]]).json()
    assert (answer["stored"], answer["refused"]) == ([], [[0, 1]])
    assert answer["missing"] == {"train.log": [0, 1, 2]}


@pytest.mark.parametrize("data", [LOG[:999], LOG[:999] + b"!!"])
def test_a_part_of_another_length_gets_no_row(data, client, declared):
    """A strict store would not have taken it."""
    first = next(offer for offer in declared["direct"] if offer["number"] == 0)
    assert confirm(client, declared, [put(first, data)]).json()["refused"] == [[0, 0]]


def test_another_version_than_the_client_sent_gets_no_row(client, declared):
    first = declared["direct"][0]
    sent = put(first, part_of(LOG, first["number"]))
    assert confirm(client, declared, [[*sent[:2], '"0"']]).json()["refused"] == [sent[:2]]


def test_wrong_bytes_are_found_by_the_check_and_asked_for_again(client, declared):
    parts = put_all(declared["direct"])
    broken = next(offer for offer in declared["direct"] if offer["number"] == 1)
    parts = [*(part for part in parts if part[1] != 1), put(broken, b"!" * 1000)]
    assert len(confirm(client, declared, parts).json()["stored"]) == 3
    answer = client.post(f"{declared['address']}complete/")
    assert (answer.status_code, answer.json()["missing"]) == (409, {"train.log": [1]})
    assert not Blob.objects.exists()

    again = client.get(f"{declared['address']}?direct=1").json()
    confirm(client, declared, put_all(again["direct"]))
    assert client.post(f"{declared['address']}complete/").status_code == 200


def test_saying_it_twice_stores_it_once(client, declared):
    parts = put_all(declared["direct"])
    assert len(confirm(client, declared, parts + parts).json()["stored"]) == 3
    assert confirm(client, declared, parts).json()["stored"] == []


def test_the_state_is_told_to_those_who_ask(client, declared):
    answer = client.post(f"{declared['address']}parts/", '{"parts": []}', content_type="application/json")
    assert answer.json() == {"stored": [], "refused": []}


def test_a_closed_upload_takes_nothing_more(client, declared):
    parts = put_all(declared["direct"])
    client.delete(declared["address"])
    assert confirm(client, declared, parts).json()["error"] == "not_open"


def test_another_account_has_no_such_upload(client, declared):
    client.force_authenticate(User(pk=2), Token(account_key="consortium:2"))
    assert confirm(client, declared, []).status_code == 404


@pytest.mark.parametrize("parts", [None, {}, [[0]], [[0, 0, 1]], [["0", 0, ""]], [[True, 0, ""]], [[0, 0, ""]] * 1001])
def test_what_is_no_list_of_parts_is_refused(parts, client, declared):
    answer = confirm(client, declared, parts)
    assert (answer.status_code, answer.json()["error"]) == (400, "parts")


@pytest.mark.parametrize("part", [[1, 0, ""], [-1, 0, ""], [0, 3, ""], [0, -1, ""], [10**30, 0, ""]])
def test_a_part_that_was_never_declared(part, client, declared):
    assert confirm(client, declared, [part]).status_code == 404


def test_parts_through_the_portal_still_work(client, declared):
    for number in range(3):
        sent = client.put(
            f"{declared['address']}0/{number}/", part_of(LOG, number), content_type="application/octet-stream"
        )
        assert sent.json()["stored"] is True
    assert client.post(f"{declared['address']}complete/").status_code == 200


def test_a_store_of_this_machine_offers_nothing(client):
    document = {"manifest": manifest_from({"train.log": LOG}).document()}
    answer = client.post(f"{ROOT}?direct=1", json.dumps(document), content_type="application/json").json()
    assert answer["direct"] == []
    refused = confirm(client, answer, [[0, 0, ""]])
    assert (refused.status_code, refused.json()["error"]) == (409, "not_direct")


def test_an_operator_may_keep_the_bytes_on_the_way_through_the_portal(client, bucket, settings):
    settings.OBJECT_STORE |= {"direct": False}
    document = {"manifest": manifest_from({"train.log": LOG}).document()}
    answer = client.post(f"{ROOT}?direct=1", json.dumps(document), content_type="application/json").json()
    assert answer["direct"] == []
    assert Upload.objects.count() == 1
