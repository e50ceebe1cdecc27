"""Deposits over the API: own entries only, one shape of errors, and a proof that holds offline."""

import json

import pytest

from portal.accounts.actions import issue_token
from portal.common.formats.receipt import ReceiptError, verify_deposit
from portal.custody.models import Deposit
from tests.factories.artifacts import make_bundle
from tests.factories.custody import deposit, digest_like
from tests.factories.submissions import receiving_entry

pytestmark = pytest.mark.django_db
ADDRESS = "/api/deposits/"


@pytest.fixture
def entry():
    return receiving_entry()


@pytest.fixture
def post(client, entry):
    user = entry.consortium.memberships.get(role="manager").user
    token = issue_token(user=user, account_key=entry.consortium.account_key, scopes=["upload"])[1]
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def send(**changes):
        body = {"entry": entry.pk, "step": 10, "tokens": 5, "digest": digest_like("a"), "bytes": 3, "files": 1}
        return client.post(ADDRESS, json.dumps(body | changes), content_type="application/json")

    return send


def test_a_deposit_answers_with_its_proof_and_is_listed(client, post, entry):
    answer = post(log_digest=digest_like("log"))

    assert answer.status_code == 201, answer.content
    assert answer.json()["deposit"]["code"] == "A-0001"
    assert answer.json()["ledger"]["proof"] is not None
    assert post().json()["deposit"]["id"] == Deposit.objects.get().pk
    assert [row["step"] for row in client.get(ADDRESS).json()["deposits"]] == [10]


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"digest": "x"}, 400, "invalid"),
        ({"step": -1}, 400, "min_value"),
        ({"step": 2**70}, 400, "max_value"),
        ({"step": 11}, 409, "deposited_before"),
        ({"entry": 10**9}, 404, "not_found"),
        ({"sketch": "6d1f0c0e-6f0b-5a53-9c56-0d0b2b6f5a11"}, 400, "sketch"),
    ],
)
def test_what_cannot_be_deposited_is_refused_in_one_shape(post, entry, changes, status, error):
    deposit(entry, step=10, digest=digest_like("a"))

    answer = post(**changes)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert set(answer.json()) >= {"error", "detail", "where", "hint"}


def test_another_teams_entry_and_list_are_out_of_reach(client, post):
    rival = receiving_entry()
    deposit(rival, step=1)

    assert post(entry=rival.pk).status_code == 404
    assert client.get(ADDRESS).json() == {"deposits": []}


def test_a_sketch_is_one_file_of_the_own_account(post, entry, tmp_path):
    from portal.artifacts.models import Upload

    bundle = make_bundle(tmp_path / "model", owner=entry.consortium.account_key)
    upload = Upload.objects.create(
        owner=entry.consortium.account_key,
        actor="user:1",
        manifest={},
        digest=bundle.digest,
        reserved=0,
        state="complete",
        bundle=bundle,
        active_at=bundle.created,
    )

    assert post(sketch=str(upload.pk)).json()["error"] == "sketch"


def test_the_list_asks_no_question_per_deposit(client, entry, post, django_assert_max_num_queries):
    for step in range(12):
        deposit(entry, step=step)

    with django_assert_max_num_queries(12):
        assert len(client.get(ADDRESS).json()["deposits"]) == 12


@pytest.mark.parametrize("field", ["digest", "step", "tokens", "bytes", "log_digest", "sketch"])
def test_no_word_of_a_proof_can_be_changed(post, field):
    document = post(log_digest=digest_like("log")).json()
    assert verify_deposit(document).document["log_digest"] == digest_like("log")
    document["deposit"][field] = 7

    with pytest.raises(ReceiptError):
        verify_deposit(document)
