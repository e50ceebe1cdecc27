"""Error pages say what happened and what next, and tell nothing about the inside."""

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import RequestFactory

from portal.common import errors

pytestmark = pytest.mark.django_db


def test_too_large_a_request_has_its_own_page():
    request = RequestFactory().post("/")

    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.bad_request(request, SuspiciousOperation()).status_code == 400


def test_unexpected_error_is_logged_under_the_number_that_is_shown(caplog):
    response = errors.server_error(RequestFactory().get("/me/"))

    number = caplog.records[0].args[0]
    assert response.status_code == 500
    assert f"<code>{number}</code>" in response.content.decode()


def test_reason_of_a_refusal_is_shown_escaped():
    response = errors.permission_denied(RequestFactory().get("/"), PermissionError("<closed>"))

    assert response.status_code == 403
    assert "&lt;closed&gt;" in response.content.decode()


def test_missing_page_answers_in_the_language_of_its_address(client):
    assert 'lang="ko"' in client.get("/no-such-page/").content.decode()
    assert 'lang="en"' in client.get("/en/no-such-page/").content.decode()


def test_form_from_another_site_is_not_carried_out():
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.org"})

    assert response.status_code == 403
    assert "새로고침" in response.content.decode()
