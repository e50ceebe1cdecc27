import json
import tracemalloc

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.artifacts.models import Upload
from portal.artifacts.selectors import used_bytes
from portal.jobs.models import Job
from tests.factories.artifacts import Token, manifest_from, noise, part_of

pytestmark = pytest.mark.django_db

LOG = noise(2500)
ROOT = "/api/uploads/"


def client_of(token=None):
    client = APIClient()
    client.force_authenticate(User(pk=1), token or Token())
    return client


@pytest.fixture
def client():
    return client_of()


def declare(client, files=None, **changes):
    document = {"manifest": manifest_from(files or {"train.log": LOG}).document(), "label": "기록", **changes}
    return client.post(ROOT, json.dumps(document), content_type="application/json")


def put(client, upload, number, data, index=0):
    return client.put(f"{ROOT}{upload}/{index}/{number}/", data, content_type="application/octet-stream")


def test_the_way_through(client):
    declared = declare(client)
    assert declared.status_code == 201
    body = declared.json()
    assert body["missing"] == {"train.log": [0, 1, 2]}
    assert (body["bytes"], body["held"], body["state"]) == (2500, 0, "declared")

    for number in range(3):
        assert put(client, body["id"], number, part_of(LOG, number)).json()["stored"] is True
    assert client.get(body["address"]).json()["missing"] == {}

    complete = client.post(f"{body['address']}complete/")
    assert complete.status_code == 200
    assert complete.json()["bundle"] == body["digest"]
    assert client.get(ROOT).json()["uploads"][0]["state"] == "complete"


def test_a_part_sent_twice_is_welcome(client):
    upload = declare(client).json()["id"]

    assert put(client, upload, 0, part_of(LOG, 0)).json() == {"stored": True, "bytes": 1000}
    assert put(client, upload, 0, part_of(LOG, 0)).json() == {"stored": False, "bytes": 1000}


@pytest.mark.parametrize(
    ("number", "data", "status", "code"),
    [
        (0, b"x" * 1000, 422, "wrong_digest"),
        (0, b"x" * 10, 400, "wrong_length"),
        (9, b"x", 404, "no_such_part"),
    ],
)
def test_refused_parts_say_why(client, number, data, status, code):
    response = put(client, declare(client).json()["id"], number, data)

    assert response.status_code == status
    assert response.json()["error"] == code
    assert response.json()["where"] == "train.log"
    assert response.json()["hint"]


def test_completing_too_early_lists_what_is_missing(client):
    response = client.post(f"{declare(client).json()['address']}complete/")

    assert response.status_code == 409
    assert response.json()["missing"] == {"train.log": [0, 1, 2]}


@pytest.mark.parametrize("bound", [{"inline_check_bytes": 2000}, {"inline_check_files": 0}])
def test_a_large_bundle_is_checked_by_a_job(client, limits, bound):
    upload = declare(client).json()
    for number in range(3):
        put(client, upload["id"], number, part_of(LOG, number))
    limits(**bound)

    answers = [client.post(f"{upload['address']}complete/") for _ in range(2)]

    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(202, "checking")] * 2
    job = Job.objects.get()
    assert (job.kind, job.payload, job.requested_by) == ("intake.check", {"upload": upload["id"]}, "user:1")
    assert client.get(upload["address"]).json()["held"] == 2500


def test_giving_up_can_be_repeated_and_frees_the_room(client):
    upload = declare(client).json()
    put(client, upload["id"], 0, part_of(LOG, 0))

    assert [client.delete(upload["address"]).json()["state"] for _ in range(2)] == ["cancelled"] * 2
    assert used_bytes("consortium:1") == 0
    assert put(client, upload["id"], 1, part_of(LOG, 1)).status_code == 409
    assert client.post(f"{upload['address']}complete/").json()["error"] == "not_open"
    assert declare(client).json()["missing"] == {"train.log": [0, 1, 2]}


def test_what_is_complete_cannot_be_given_up(client):
    upload = declare(client, {"a.log": b"1"}).json()
    put(client, upload["id"], 0, b"1")
    client.post(f"{upload['address']}complete/")

    assert client.delete(upload["address"]).status_code == 409


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ("{", "not_json", "$"),
        ("[" * 100_000, "not_json", "$"),
        ("[]", "manifest", "$"),
        ('{"label": 3}', "manifest", "$"),
        (json.dumps({"label": "x" * 300}), "manifest", "$.label"),
        ("{}", "manifest", "$"),
        ('{"manifest": {"part_size": 1, "files": []}}', "manifest", "$.files"),
    ],
)
def test_bad_declarations_name_the_place(client, body, code, where):
    response = client.post(ROOT, body, content_type="application/json")

    assert response.status_code == 400
    assert (response.json()["error"], response.json()["where"]) == (code, where)


def test_a_declaration_that_is_too_long_is_not_read(client, limits):
    limits(max_declaration_bytes=10)

    assert declare(client).json()["error"] == "too_long"


def test_quota_and_kind_are_answered_at_once(client, limits):
    limits(quota_bytes=2000)
    assert declare(client).status_code == 413
    assert declare(client, {"a.pkl": b"x"}).status_code == 422


def test_another_account_does_not_see_the_upload(client):
    upload = declare(client).json()
    stranger = client_of(Token(account_key="consortium:2"))

    assert stranger.get(upload["address"]).status_code == 404
    assert stranger.post(f"{upload['address']}complete/").status_code == 404
    assert put(stranger, upload["id"], 0, part_of(LOG, 0)).status_code == 404
    assert stranger.get(ROOT).json() == {"uploads": []}


def test_a_token_without_the_scope_is_refused():
    response = declare(client_of(Token(scopes=frozenset({"read"}))))

    assert response.status_code == 403
    assert response.json()["error"] == "scope_missing"
    assert not Upload.objects.exists()


def test_without_a_token_nothing_opens():
    response = APIClient().get(ROOT)

    assert response.status_code == 401
    assert response.json()["error"] == "not_authenticated"


def test_listing_costs_the_same_for_one_and_three(client, django_assert_num_queries):
    declare(client)
    with django_assert_num_queries(1):
        client.get(ROOT)
    for n in range(2):
        declare(client, {f"{n}.log": noise(10, seed=n)})
    with django_assert_num_queries(1):
        assert len(client.get(ROOT).json()["uploads"]) == 3


def test_a_key_that_is_not_there_is_told_to_the_operator_only(client, settings, tmp_path, caplog):
    upload = declare(client, {"train.log": LOG[:500]}).json()["id"]
    settings.STORE_KEY_FILE = tmp_path / "absent.key"

    answer = put(client, upload, 0, LOG[:500])

    assert (answer.status_code, answer.json()["error"]) == (503, "store_key")
    assert "absent.key" not in answer.content.decode()
    assert "absent.key" in caplog.text


def test_a_list_holds_one_manifest_at_a_time(client):
    """A hundred checkpoints of ten thousand files would be a gigabyte."""
    digests = [f"{number:064x}" for number in range(800)]
    files = [{"path": f"{digest}.log", "size": 1, "sha256": digest, "parts": [digest]} for digest in digests]
    rows = [
        Upload(owner=Token().account_key, actor="user:1", manifest={"part_size": 5000, "files": files}, digest=digest,
               reserved=0, active_at=timezone.now()) for digest in digests[:10]
    ]  # fmt: skip
    peaks = []
    for some in (rows[:1], rows[1:]):
        Upload.objects.bulk_create(some)
        client.get(ROOT)
        tracemalloc.start()
        client.get(ROOT)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert Upload.objects.count() == 10
    assert peaks[1] < 3 * peaks[0]
