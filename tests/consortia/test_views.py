"""What the pages of a consortium do, beyond who may open them (tests/access)."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from portal.accounts.models import ApiToken, User
from portal.accounts.tokens import digest_of_secret
from portal.consortia.models import Consortium, Entry
from portal.letters.actions import send_due_letters
from tests.factories.accounts import PASSWORD, make_user, sign_in
from tests.factories.consortia import join, make_consortium, make_entry
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db

REGISTRATION = {
    "name_ko": "가람 컨소시엄",
    "name_en": "Garam consortium",
    "slug": "garam",
    "institution_name_ko": "가람 연구원",
    "institution_name_en": "Garam Institute",
    "registration_number": "123-45-67890",
}
INVITATION = {
    "institution_name_ko": "나루 대학교",
    "institution_name_en": "Naru University",
    "registration_number": "2223344444",
    "email": "naru@example.org",
}


@pytest.fixture
def manager(client):
    user = make_user("team")
    sign_in(client, user)
    return user


def test_a_team_registers_its_consortium(client, manager):
    client.post(reverse("consortia:register"), REGISTRATION)
    consortium = Consortium.objects.get()
    assert consortium.memberships.get().user == manager
    assert consortium.places.get().institution.registration_number == "1234567890"


@pytest.mark.parametrize(
    "changes", [{"slug": "register"}, {"slug": "가람"}, {"registration_number": "12345"}, {"name_ko": ""}]
)
def test_a_registration_that_cannot_stand_stays_on_the_form(client, manager, changes):
    answer = client.post(reverse("consortia:register"), {**REGISTRATION, **changes})
    assert "error-summary" in answer.content.decode()
    assert not Consortium.objects.exists()


def test_a_taken_short_name_is_named(client, manager):
    client.post(reverse("consortia:register"), REGISTRATION)
    answer = client.post(reverse("consortia:register"), REGISTRATION)
    assert "garam" in answer.content.decode()
    assert Consortium.objects.count() == 1


def test_an_institution_is_invited_by_mail_and_joins_through_it(client, manager, client_of):
    consortium = make_consortium(manager=manager)
    client.post(reverse("consortia:invite", kwargs={"slug": consortium.slug}), INVITATION)
    send_due_letters()
    link = re.search(r"http://[^/]+(\S+)", mail.outbox[0].body)[1]
    assert mail.outbox[0].to == ["naru@example.org"]

    newcomer = client_of(None)
    lead = consortium.places.get(role="lead").institution.name_ko
    assert lead in newcomer.get(link).content.decode()
    newcomer.post(link, {"name": "나루 담당", "password": PASSWORD, "repeated": PASSWORD})
    newcomer = client_of(User.objects.get(email="naru@example.org"))
    place = consortium.places.get(role="member")
    assert "나루 대학교" in newcomer.get(reverse("consortia:list")).content.decode()
    newcomer.post(reverse("consortia:accept", kwargs={"place": place.pk}))
    place.refresh_from_db()
    assert place.accepted_at is not None
    assert newcomer.get(reverse("consortia:consortium", kwargs={"slug": consortium.slug})).status_code == 200


@pytest.fixture
def client_of():
    from django.test import Client

    return lambda user: sign_in(Client(), user) if user else Client()


def test_inviting_twice_says_so(client, manager):
    url = reverse("consortia:invite", kwargs={"slug": make_consortium(manager=manager).slug})
    client.post(url, INVITATION)
    assert "error-summary" in client.post(url, INVITATION).content.decode()
    send_due_letters()
    assert len(mail.outbox) == 1


def test_entering_shows_the_digest_first(client, manager):
    consortium, phase = make_consortium(manager=manager), make_phase("receiving")
    url = reverse("consortia:enter", kwargs={"slug": consortium.slug, "phase": phase.slug})
    assert phase.ruleset.digest in client.get(url).content.decode()
    assert not Entry.objects.exists()
    client.post(url)
    assert Entry.objects.get().ruleset == phase.ruleset
    assert client.post(url).status_code == 404


def test_the_secret_of_a_token_is_shown_once(client, manager):
    consortium = make_consortium(manager=manager)
    url = reverse("consortia:new-token", kwargs={"slug": consortium.slug})
    answer = client.post(url, {"label": "학습 서버", "days": 30})
    secret = re.search(r"pt_[\w-]+", answer.content.decode())[0]
    token = ApiToken.objects.get()
    assert (token.digest, token.account_key) == (digest_of_secret(secret), consortium.account_key)
    assert token.scopes == {"upload"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in client.get(reverse("consortia:consortium", kwargs={"slug": consortium.slug})).content.decode()


def test_members_see_no_buttons_of_managers(client, manager):
    consortium = make_consortium()
    join(consortium, user=manager)
    text = client.get(reverse("consortia:consortium", kwargs={"slug": consortium.slug})).content.decode()
    assert reverse("consortia:invite", kwargs={"slug": consortium.slug}) not in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries(client, manager, django_assert_num_queries, count):
    consortium = make_consortium(manager=manager)
    for _ in range(count):
        make_entry(make_phase("receiving"), consortium=consortium, code="A")
        join(consortium, user=make_user("team"))
    with django_assert_num_queries(15):
        client.get(reverse("consortia:consortium", kwargs={"slug": consortium.slug}))
