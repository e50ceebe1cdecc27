"""A program signs in by a person's browser: the two calls, the two pages, and everything that can go wrong between."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.actions import devices
from portal.accounts.api import GRANT_TYPE
from portal.accounts.errors import DeviceRefused
from portal.accounts.models import ApiToken, DeviceGrant
from portal.accounts.tokens import CODE_LETTERS, new_user_code, typed_code
from portal.audit.models import Event
from portal.consortia.enums import MemberRole
from portal.consortia.models import Membership
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import join, make_consortium

pytestmark = pytest.mark.django_db


@pytest.fixture
def consortium():
    return make_consortium()


@pytest.fixture
def manager(consortium):
    return join(consortium, user=make_user("team"), role=MemberRole.MANAGER).user


def ask(**fields):
    return post("device-start", {"client_id": "portal-upload", **fields})


def fetch(secret):
    return post("device-token", {"grant_type": GRANT_TYPE, "device_code": secret})


def post(name, fields):
    form = "application/x-www-form-urlencoded"
    return Client().post(reverse(f"accounts-api:{name}"), urlencode(fields), content_type=form)


def waited(grant):
    """As if the program had kept to the interval."""
    DeviceGrant.objects.filter(pk=grant.pk).update(polled_at=timezone.now() - timedelta(minutes=1))


def test_a_program_is_signed_in_by_a_manager(manager, consortium):
    started = ask(client_name="학습 서버", scope="upload").json()
    assert started["verification_uri"].endswith("/device/")
    assert fetch(started["device_code"]).json()["error"] == "authorization_pending"

    browser = sign_in(Client(), manager)
    entered = browser.post("/device/", {"code": started["user_code"].lower()})
    page = browser.get(entered.url)
    assert "학습 서버" in page.text
    assert consortium.name in page.text
    data = {"act": "approve", "account_key": consortium.account_key, "days": 7}
    assert browser.post(entered.url, data).status_code == 302
    waited(DeviceGrant.objects.get())

    answer = fetch(started["device_code"])
    own = Client().get("/api/token/", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}).json()
    assert own["account"] == consortium.account_key
    assert own["account_name"] == consortium.name
    assert answer["Cache-Control"] == "no-store"
    assert timedelta(days=6) < ApiToken.objects.get().expires_at - timezone.now() <= timedelta(days=7)
    assert [*Event.objects.filter(action__startswith="device.").values_list("action", flat=True)] == [
        "device.asked",
        "device.claimed",
        "device.approved",
    ]


def test_the_token_is_given_once(manager, consortium):
    _grant, secret = approved(manager, consortium)

    assert fetch(secret).status_code == 200
    assert fetch(secret).json()["error"] == "invalid_grant"
    assert ApiToken.objects.count() == 1


def approved(manager, consortium):
    grant, secret = actions.start_device(scopes=["upload"])
    actions.claim_device(grant.user_code, user=manager)
    actions.approve_device(grant, user=manager, account_key=consortium.account_key, days=7)
    return grant, secret


def test_asking_too_often_is_slowed_down():
    secret = ask().json()["device_code"]
    assert fetch(secret).json()["interval"] == devices.INTERVAL

    answers = [fetch(secret).json() for _ in range(2)]

    assert [answer["error"] for answer in answers] == ["slow_down", "slow_down"]
    assert [answer["interval"] for answer in answers] == [10, 15]


def test_refused_on_the_page_is_access_denied(manager):
    grant, secret = actions.start_device(scopes=["upload"])
    actions.claim_device(grant.user_code, user=manager)
    sign_in(Client(), manager).post(f"/device/{grant.pk}/", {"act": "deny"})

    assert fetch(secret).json()["error"] == "access_denied"


def test_after_ten_minutes_the_code_is_over(manager):
    grant, secret = actions.start_device(scopes=["upload"])
    DeviceGrant.objects.update(expires_at=timezone.now())

    assert fetch(secret).json()["error"] == "expired_token"
    with pytest.raises(DeviceRefused, match=r"ten minutes|10분"):
        actions.claim_device(grant.user_code, user=manager)


def test_whoever_left_the_team_meanwhile_signs_nothing_in(manager, consortium):
    _grant, secret = approved(manager, consortium)
    Membership.objects.filter(user=manager).delete()

    assert fetch(secret).json()["error"] == "access_denied"
    assert not ApiToken.objects.exists()


def test_a_contributor_is_told_who_can(consortium):
    member = join(consortium, user=make_user("team")).user
    grant, _secret = actions.start_device(scopes=["upload"])
    actions.claim_device(grant.user_code, user=member)

    page = sign_in(Client(), member).get(f"/device/{grant.pk}/")

    assert 'value="approve"' not in page.text
    with pytest.raises(DeviceRefused):
        actions.approve_device(grant, user=member, account_key=consortium.account_key, days=7)


def test_a_team_of_others_cannot_be_chosen(manager):
    grant, _secret = actions.start_device(scopes=["upload"])
    actions.claim_device(grant.user_code, user=manager)

    answer = sign_in(Client(), manager).post(f"/device/{grant.pk}/", {"account_key": "consortium:999", "days": 7})

    assert answer.status_code == 422
    assert DeviceGrant.objects.get().state == "claimed"


def test_a_claimed_code_is_unknown_to_others(manager):
    grant, _secret = actions.start_device(scopes=["upload"])
    actions.claim_device(grant.user_code, user=manager)
    other = make_user("team")

    assert sign_in(Client(), other).post("/device/", {"code": grant.user_code}).status_code == 422
    assert sign_in(Client(), other).get(f"/device/{grant.pk}/").status_code == 404
    assert actions.claim_device(grant.user_code, user=manager).pk == grant.pk


def test_deciding_asks_for_the_password_again(manager, consortium):
    grant, _secret = actions.start_device(scopes=["upload"])
    actions.claim_device(grant.user_code, user=manager)
    browser = sign_in(Client(), manager, recent=False)

    answer = browser.post(f"/device/{grant.pk}/", {"account_key": consortium.account_key, "days": 7})

    assert "reauthenticate" in answer.url
    assert DeviceGrant.objects.get().state == "claimed"


@pytest.mark.parametrize("text", ["", "BCD", "AAAA-AAAA", "BCDFGHJKL"])
def test_what_is_no_code_keeps_the_text(manager, text):
    answer = sign_in(Client(), manager).post("/device/", {"code": text})

    assert answer.status_code == 422
    assert f'value="{text}"' in answer.text or not text


def test_guessing_codes_is_limited(manager):
    cache.clear()  # other tests' people had the same numbers
    browser = sign_in(Client(), manager)

    statuses = [browser.post("/device/", {"code": "BCDFGHJK"}).status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]


def test_waiting_codes_of_one_address_are_limited():
    for _ in range(devices.OPEN_PER_ADDRESS):
        ask()

    answer = ask()
    assert (answer.status_code, answer.json()["error"]) == (429, "slow_down")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": GRANT_TYPE}, "invalid_grant"),
        ({"grant_type": GRANT_TYPE, "device_code": "pt_guessed"}, "invalid_grant"),
    ],
)
def test_what_the_token_call_does_not_know(data, error):
    answer = post("device-token", data)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_an_unknown_scope_is_refused():
    assert ask(scope="upload decide").json()["error"] == "invalid_scope"


@pytest.mark.parametrize("body", ["[]", '{"device_code": 5}', '{"scope": ["upload"]}', "{"])
def test_odd_json_is_answered(body):
    for name in ("device-start", "device-token"):
        answer = Client().post(reverse(f"accounts-api:{name}"), body, content_type="application/json")
        assert answer.status_code in {200, 400}


def test_a_token_ends_itself(manager, consortium):
    _token, secret = actions.issue_token(user=manager, account_key=consortium.account_key, scopes=["upload"])
    headers = {"Authorization": f"Bearer {secret}"}

    assert Client().delete("/api/token/", headers=headers).status_code == 204
    assert Client().get("/api/token/", headers=headers).status_code == 401


def test_codes_are_typed_as_people_type_them():
    code = new_user_code()

    assert set(code) <= set(CODE_LETTERS)
    assert typed_code(f" {code[:4].lower()}-{code[4:]} ") == code


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_signs_that_no_row_holds_are_no_text(text):
    """They come as JSON: a form cannot carry half a surrogate pair."""
    fields = {"scope": "upload", "client_name": text}
    started = Client().post(reverse("accounts-api:device-start"), json.dumps(fields), content_type="application/json")
    fields = {"grant_type": GRANT_TYPE, "device_code": text}
    answer = Client().post(reverse("accounts-api:device-token"), json.dumps(fields), content_type="application/json")

    assert (started.status_code, DeviceGrant.objects.get().label) == (200, "")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
