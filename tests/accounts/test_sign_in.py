"""The way in, through the pages: password, second factor, throttling, invitation, step-up."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts.actions import create_user, invite
from portal.accounts.models import User
from portal.letters.actions import send_due_letters
from portal.letters.models import Letter
from tests.factories.accounts import PASSWORD, TOTP_SECRET, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def code(secret=TOTP_SECRET):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def log_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_team_member_signs_in_with_the_password(client):
    user = make_user("team")

    response = log_in(client, user.email.upper())

    assert (response.status_code, response.url) == (302, reverse("accounts:me"))
    assert user.email in client.get(response.url).content.decode()


def test_wrong_password_says_the_same_as_an_unknown_address(client):
    user = make_user("team")
    message = re.compile(r'id="[^"]*"|value="[^"]*"')

    known = message.sub("", log_in(client, user.email, "wrong password here").content.decode())
    unknown = message.sub("", log_in(client, "nobody@example.org", "wrong password here").content.decode())

    assert "error-summary" in known
    assert known == unknown


def test_reviewer_needs_the_code_too(client):
    reviewer = make_user("reviewer")

    assert log_in(client, reviewer.email).url == reverse("mfa_authenticate")
    assert client.get(reverse("accounts:me")).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get(reverse("accounts:me")).status_code == 200


def test_code_works_once(client):
    reviewer = make_user("reviewer")
    log_in(client, reviewer.email)
    used = code()
    client.post(reverse("mfa_authenticate"), {"code": used})

    other = Client()
    log_in(other, reviewer.email)
    response = other.post(reverse("mfa_authenticate"), {"code": used})

    assert response.status_code == 200  # asked again
    assert "error-summary" in response.content.decode()


def test_privileged_person_without_a_second_factor_sees_nothing_but_its_set_up(client):
    officer = make_user("officer", second_factor=False)
    sign_in(client, officer)

    assert client.get(reverse("accounts:me")).url == reverse("mfa_activate_totp")
    assert client.get("/no-such-page/").url == reverse("mfa_activate_totp")

    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    assert client.get(reverse("accounts:me")).status_code == 200


def test_second_factor_is_stored_encrypted():
    officer = create_user(email="o@example.org", password=PASSWORD, roles=["officer"], totp_secret=TOTP_SECRET)

    stored = Authenticator.objects.get(user=officer)

    assert TOTP_SECRET not in str(stored.data)
    assert stored.wrap().validate_code(code())


def test_required_second_factor_cannot_be_switched_off(client):
    officer = make_user("officer")
    sign_in(client, officer)

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=officer).exists()


def test_voluntary_second_factor_can_be_switched_off(client):
    user = make_user("team", second_factor=True)
    sign_in(client, user)

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=user).exists()


def test_guessing_is_stopped(client):
    user = make_user("team")
    for _attempt in range(5):
        log_in(client, user.email, "wrong password here")

    response = log_in(client, user.email, PASSWORD)

    assert response.status_code == 200
    assert not client.session.get("_auth_user_id")


def test_flood_from_one_address_gets_the_429_page(client):
    answers = [log_in(client, f"nobody-{n}@example.org", "wrong").status_code for n in range(31)]

    assert answers[-1] == 429


def test_there_is_no_sign_up(client):
    assert client.get("/accounts/signup/").status_code == 404


def test_password_is_reset_by_mail(client):
    user = make_user("team")
    client.post(reverse("account_reset_password"), {"email": user.email})
    send_due_letters()
    link = re.search(r"http://[^/]+(/\S+)", mail.outbox[0].body)[1]
    assert link.rstrip("/").rpartition("-")[2] not in Letter.objects.get().body

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "a new long password", "password2": "a new long password"})

    user.refresh_from_db()
    assert user.check_password("a new long password")


def test_nobody_is_told_which_addresses_exist(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert response.url == reverse("account_reset_password_done")
    assert not Letter.objects.exists()


def test_invited_newcomer_chooses_a_password_and_is_in(client):
    _invitation, token = invite(email="new@example.org", role="team", invited_by="system")
    url = reverse("accounts:invitation", args=[token])

    client.post(url, {"name": "가람 2", "password": PASSWORD, "repeated": PASSWORD})

    assert client.get(reverse("accounts:me")).status_code == 200
    assert User.objects.get(email="new@example.org").role_names() == frozenset({"team"})


def test_two_different_passwords_are_pointed_out(client):
    _invitation, token = invite(email="new@example.org", role="team", invited_by="system")

    page = client.post(
        reverse("accounts:invitation", args=[token]), {"name": "가람 2", "password": PASSWORD, "repeated": "x"}
    )

    assert list(page.context["form"].errors) == ["repeated"]
    assert not User.objects.exists()


def test_known_person_is_asked_to_sign_in_first(client):
    user = make_user("team")
    _invitation, token = invite(email=user.email, role="reviewer", invited_by="system")
    url = reverse("accounts:invitation", args=[token])

    assert f"?next={url}" in client.get(url).content.decode()

    sign_in(client, user)
    client.post(url)
    user.forget_roles()
    assert user.role_names() == frozenset({"team", "reviewer"})


def test_own_page_reads_little(client, django_assert_max_num_queries):
    sign_in(client, make_user("reviewer"))
    client.get(reverse("accounts:me"))

    with django_assert_max_num_queries(8):
        client.get(reverse("accounts:me"))
