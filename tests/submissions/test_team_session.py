"""The upload protocol from a page: signed in, for one's own account, from the portal's own pages only."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from portal.artifacts.models import Upload, UploadPart
from portal.submissions.actions import open_draft
from tests.factories.accounts import make_user, sign_in
from tests.factories.artifacts import manifest_from, noise
from tests.factories.consortia import join, make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.submissions import ACTOR

pytestmark = pytest.mark.django_db

ROOT = "/api/uploads/"
LOG = noise(900)
DECLARATION = json.dumps({"manifest": manifest_from({"train.log": LOG}).document(), "label": "page"})


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    settings.UPLOADS = {"min_part_size": 1, "disk_reserve_bytes": 0}


@pytest.fixture
def member():
    return make_user("team")


@pytest.fixture
def account(member):
    consortium = make_consortium()
    join(consortium, user=member)
    return consortium.account_key


class PageClient:
    """A browser that keeps the portal's rules: a page first, then its token with every call."""

    def __init__(self, user, account, *, forged=False):
        self.client = sign_in(Client(enforce_csrf_checks=True), user)
        self.client.get("/team/")
        token = "x" * 32 if forged else self.client.cookies["csrftoken"].value
        self.headers = {"X-CSRFToken": token, "X-Account": account}

    def post(self, address, body="{}", *, content_type="application/json"):
        return self.client.post(address, body, content_type=content_type, headers=self.headers)

    def put(self, address, data):
        return self.client.put(address, data, content_type="application/octet-stream", headers=self.headers)

    def get(self, address, **headers):
        return self.client.get(address, headers=headers or self.headers)


def test_a_member_declares_sends_and_completes(member, account):
    page = PageClient(member, account)

    upload = page.post(ROOT, DECLARATION).json()
    assert page.put(f"{upload['address']}0/0/", LOG).json() == {"stored": True, "bytes": 900}
    done = page.post(f"{upload['address']}complete/").json()

    row = Upload.objects.get(pk=upload["id"])
    assert (done["state"], row.owner, row.actor) == ("complete", account, member.actor)


def test_the_cookie_alone_opens_nothing(member, account):
    assert PageClient(member, account).get(ROOT, Accept="application/json").status_code == 401


@pytest.mark.parametrize("named", ["consortium:0", "consortium:x", "user:1", "another"])
def test_only_for_the_own_account(member, account, named):
    other = make_consortium().account_key if named == "another" else named

    answer = PageClient(member, other).post(ROOT, DECLARATION)

    assert (answer.status_code, answer.json()["error"]) == (403, "not_your_account")
    assert not Upload.objects.exists()


def test_an_upload_of_another_account_is_not_there(member, account):
    stranger = make_user("team")
    theirs = PageClient(stranger, make_consortium(manager=stranger).account_key).post(ROOT, DECLARATION).json()

    assert PageClient(member, account).get(theirs["address"]).status_code == 404
    assert PageClient(member, account).put(f"{theirs['address']}0/0/", LOG).status_code == 404
    assert not UploadPart.objects.exists()


def test_another_site_is_refused(member, account):
    answer = PageClient(member, account, forged=True).post(ROOT, DECLARATION)

    assert (answer.status_code, answer.json()["error"]) == (403, "csrf")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_is_refused_before_it_is_read(member, account, kind):
    answer = PageClient(member, account).post(ROOT, DECLARATION, content_type=kind)

    assert (answer.status_code, answer.json()["error"]) == (415, "not_json")


def test_a_session_that_ended_is_said_and_loses_nothing(member, account):
    page = PageClient(member, account)
    upload = page.post(ROOT, DECLARATION).json()
    page.client.cookies.pop("sessionid")

    answer = page.put(f"{upload['address']}0/0/", LOG)
    assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")

    again = PageClient(member, account)
    assert again.put(f"{upload['address']}0/0/", LOG).json()["stored"] is True


def test_handing_in_asks_for_more_than_a_session(member, account):
    """A page's session must not go round the proof that the hand-in asks for."""
    entry = make_entry(make_phase("receiving"), consortium=make_consortium(manager=member))
    draft = open_draft(entry, actor=ACTOR)
    page = PageClient(member, entry.consortium.account_key)

    for name in ("submit", "items"):
        address = reverse(f"submissions-api:{name}", kwargs={"submission": draft.pk})
        assert page.post(address).status_code == 401
