"""Signing asks again: password and code, then the very request is carried out."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import include, path, reverse

from portal.accounts import sign_in_urls
from portal.common.access import access, role, step_up
from tests.accounts.test_sign_in import code
from tests.factories.accounts import PASSWORD, make_user, sign_in


@access(role("officer"))
@step_up
def seal(request):
    return HttpResponse(f"sealed because {request.POST.get('reason')}, asked by {request.viewer.actor}")


urlpatterns = [
    path("seal/", seal, name="seal"),
    path("me/", include("portal.accounts.urls")),
    *sign_in_urls.urlpatterns,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def test_view_is_marked():
    assert seal.step_up is True


def test_recent_proof_lets_pass(client):
    sign_in(client, make_user("officer"))

    assert client.post("/seal/", {"reason": "late"}).status_code == 200


def test_stale_session_is_asked_for_password_and_code_and_the_request_survives(client):
    officer = make_user("officer")
    sign_in(client, officer, recent=False)

    asked = client.post("/seal/", {"reason": "late"})
    assert asked.url == "/reauthenticate/?next=%2Fseal%2F"

    asked = client.post(asked.url, {"password": PASSWORD, "next": "/seal/"})
    assert asked.url == "/2fa/reauthenticate/?next=%2Fseal%2F"

    done = client.post(asked.url, {"code": code(), "next": "/seal/"})
    assert done.content.decode() == f"sealed because late, asked by user:{officer.pk}"


def test_wrong_role_is_refused_before_anything_is_asked(client):
    sign_in(client, make_user("team"), recent=False)

    assert client.post("/seal/").status_code == 403


def test_address_of_the_proof_is_a_page_of_ours():
    assert reverse("account_reauthenticate") == "/reauthenticate/"
