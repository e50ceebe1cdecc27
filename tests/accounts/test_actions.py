from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.actions import (
    AccountError,
    accept_invitation,
    create_user,
    grant_role,
    invite,
    issue_token,
    revoke_role,
    revoke_token,
    revoke_tokens_for,
)
from portal.accounts.models import ApiToken, Invitation, User
from portal.audit.models import Event
from tests.factories.accounts import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def recorded():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def test_created_person_signs_in_with_any_spelling_of_the_address():
    user = create_user(email="Officer@Example.org", password=PASSWORD, roles=["officer"])

    assert User.objects.get_by_natural_key("OFFICER@example.ORG") == user
    assert user.check_password(PASSWORD)
    assert user.role_names() == frozenset({"officer"})
    assert recorded() == ["user.created"]


def test_address_is_taken_once():
    create_user(email="a@example.org", password=PASSWORD)

    with pytest.raises(AccountError, match=r"a@example\.org"):
        create_user(email="A@example.org", password=PASSWORD)


def test_weak_password_is_refused():
    with pytest.raises(ValidationError):
        create_user(email="a@example.org", password="short")

    assert not User.objects.exists()


def test_unknown_role_is_refused():
    with pytest.raises(ValueError, match="emperor"):
        create_user(email="a@example.org", password=PASSWORD, roles=["emperor"])


def test_role_is_granted_once_and_can_be_taken_back():
    user = make_user()

    grant_role(user, role="reviewer", actor="user:1")
    grant_role(user, role="reviewer", actor="user:1")
    assert user.role_names() == frozenset({"reviewer"})

    revoke_role(user, role="reviewer", actor="user:1", reason="left the panel")
    assert user.role_names() == frozenset()
    assert recorded() == ["role.granted", "role.revoked"]


def test_newcomer_opens_an_account_with_the_invited_address():
    _invitation, token = invite(email="New@example.org", role="reviewer", purpose="panel:3", invited_by="user:1")

    accepted, user = accept_invitation(token, name="평가위원 3", password=PASSWORD)

    assert (user.email, user.name, user.role_names()) == ("new@example.org", "평가위원 3", frozenset({"reviewer"}))
    assert (accepted.accepted_by, accepted.purpose, accepted.state) == (user, "panel:3", "accepted")
    assert recorded() == ["invitation.sent", "user.created", "role.granted", "invitation.accepted"]


def test_known_person_accepts_under_the_own_address_only():
    user, other = make_user("team"), make_user("team")
    _invitation, token = invite(email=user.email, role="reviewer", invited_by="user:1")

    with pytest.raises(AccountError, match=r"another address|다른 주소"):
        accept_invitation(token, user=other)
    accept_invitation(token, user=user)

    assert user.role_names() == frozenset({"team", "reviewer"})


def test_invitation_is_accepted_once():
    _invitation, token = invite(email="new@example.org", role="team", invited_by="user:1")
    accept_invitation(token, password=PASSWORD)

    with pytest.raises(AccountError):
        accept_invitation(token, password=PASSWORD)


def test_expired_invitation_is_refused():
    invitation, token = invite(email="new@example.org", role="team", invited_by="user:1")
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(AccountError):
        accept_invitation(token, password=PASSWORD)

    assert not User.objects.exists()


def test_guessed_invitation_is_refused():
    with pytest.raises(AccountError):
        accept_invitation("pt_guessed", password=PASSWORD)


def test_secrets_are_kept_as_digests_only():
    user = make_user("team")

    invitation, invited = invite(email="new@example.org", role="team", invited_by="user:1")
    token, secret = issue_token(user=user, account_key="consortium:3", scopes=["upload"])

    assert invited not in (invitation.token_digest, invitation.purpose)
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values())
    assert secret not in str(list(Event.objects.values()))


def test_token_carries_account_scopes_and_actor():
    user = make_user("team")

    token, _secret = issue_token(user=user, account_key="consortium:3", scopes=["upload", "read"])

    assert (token.account_key, token.scopes, token.actor) == (
        "consortium:3",
        frozenset({"upload", "read"}),
        f"user:{user.pk}",
    )


def test_token_is_revoked_once():
    user = make_user("team")
    token, _secret = issue_token(user=user, account_key="consortium:3", scopes=["upload"])

    revoke_token(token, actor=user.actor)
    revoke_token(token, actor=user.actor)

    assert token.state == "revoked"
    assert recorded() == ["token.issued", "token.revoked"]


def test_leaving_an_account_takes_its_tokens_along():
    user = make_user("team")
    ours, _secret = issue_token(user=user, account_key="consortium:3", scopes=["upload"])
    others, _secret = issue_token(user=user, account_key="consortium:4", scopes=["upload"])

    revoke_tokens_for(user, account_key="consortium:3", actor="user:1")

    ours.refresh_from_db()
    others.refresh_from_db()
    assert (ours.state, others.state) == ("revoked", "active")
