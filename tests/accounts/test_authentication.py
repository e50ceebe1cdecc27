"""Tokens of programs, through the authentication class itself."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from portal.accounts.actions import issue_token, revoke_token
from portal.accounts.authentication import TokenAuthentication
from portal.accounts.models import ApiToken
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def authenticate(header):
    request = RequestFactory().get("/api/uploads/", headers={"authorization": header} if header else {})
    return TokenAuthentication().authenticate(request)


@pytest.fixture
def issued():
    return issue_token(user=make_user("team"), account_key="consortium:3", scopes=["upload"])


def test_bearer_is_recognised(issued):
    token, secret = issued

    user, auth = authenticate(f"Bearer {secret}")

    assert (user, auth.account_key, auth.actor) == (token.user, "consortium:3", token.user.actor)


def test_no_header_is_nobody():
    assert authenticate("") is None
    assert authenticate("Basic abc") is None


@pytest.mark.parametrize("header", ["Bearer", "Bearer pt_wrong", "Bearer \xff\xfe"])
def test_unknown_token_is_refused(header):
    with pytest.raises(AuthenticationFailed, match="Unknown token"):
        authenticate(header)


def test_revoked_token_is_refused(issued):
    token, secret = issued
    revoke_token(token, actor="user:1")

    with pytest.raises(AuthenticationFailed, match="is revoked"):
        authenticate(f"Bearer {secret}")


def test_expired_token_is_refused(issued):
    token, secret = issued
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(AuthenticationFailed, match="is expired"):
        authenticate(f"Bearer {secret}")


def test_token_of_a_locked_person_is_refused(issued):
    token, secret = issued
    token.user.is_active = False
    token.user.save()

    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {secret}")


def test_use_is_noted_once_an_hour(issued, django_assert_num_queries):
    _token, secret = issued

    with django_assert_num_queries(2):
        authenticate(f"Bearer {secret}")
    with django_assert_num_queries(1):
        authenticate(f"Bearer {secret}")
