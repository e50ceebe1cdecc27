"""Staff pages of the outbox: what was sent and what was not, and sending again with a reason."""

import pytest
from django.urls import reverse

from portal.letters.enums import LetterState
from portal.letters.models import Letter
from tests.factories.accounts import make_user, sign_in
from tests.letters.test_outbox import TOKEN, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_user("officer")
    sign_in(client, user)
    return user


@pytest.fixture
def given_up():
    [letter] = post()
    Letter.objects.update(state=LetterState.FAILED, attempts=8, error="SMTPServerDisconnected: gone")
    letter.refresh_from_db()
    return letter


def test_failed_letters_are_counted_and_found(client, officer, given_up):
    page = client.get(reverse("ops_letters:letters")).content.decode()
    assert 'href="?state=failed">1</a>' in page
    assert (
        given_up.subject.split(" <")[0] in client.get(reverse("ops_letters:letters") + "?state=failed").content.decode()
    )
    assert given_up.to not in client.get(reverse("ops_letters:letters") + "?state=sent").content.decode()


def test_a_letter_is_sent_again_with_a_reason(client, officer, given_up):
    url = reverse("ops_letters:letter", args=[given_up.pk])
    answer = client.post(url, {"reason": ""})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert client.post(url, {"reason": "메일 서버 복구"}).status_code == 302
    given_up.refresh_from_db()
    assert given_up.state == LetterState.QUEUED
    again = client.post(url, {"reason": "한 번 더"})
    assert again.status_code == 422


def test_a_page_shows_no_secret(client, officer, given_up):
    page = client.get(reverse("ops_letters:letter", args=[given_up.pk])).content.decode()
    assert TOKEN not in page
    assert given_up.sealed not in page


def test_staff_who_belong_to_a_team_see_none(client, given_up):
    sign_in(client, make_user("officer", "team"))
    assert client.get(reverse("ops_letters:letters")).status_code == 403
