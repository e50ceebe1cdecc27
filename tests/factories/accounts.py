"""People for tests. Privileged ones get their second factor, as in life; `sign_in` proves it recently."""

import itertools
import time
from http.cookies import SimpleCookie

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from portal.accounts.enums import SECOND_FACTOR_ROLES
from portal.accounts.models import RoleGrant, User
from tests.factories.secrets import PASSWORD, TOTP_SECRET

_numbers = itertools.count(1)


def make_user(*roles: str, email: str = "", name: str = "", second_factor: bool | None = None) -> User:
    """`make_user("reviewer")`. `second_factor` defaults to what the roles demand."""
    number = next(_numbers)
    label = roles[0] if roles else "user"
    user = User(email=email or f"{label}-{number:02d}@example.org", name=name or f"{label} {number}")
    user.password = FAST_HASH
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role, granted_by="system") for role in roles])
    if second_factor if second_factor is not None else SECOND_FACTOR_ROLES & set(roles):
        TOTP.activate(user, TOTP_SECRET)
    return user


def sign_in(client, user: User, *, recent: bool = True):
    """Sign the test client in; with `recent`, as if both factors were given a moment ago (for step-up)."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if recent:
        records = [{"method": "password", "at": time.time(), "email": user.email}]
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            records.append({"method": "mfa", "at": time.time(), "type": "totp"})
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = records
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
        session.save()
    return client


def cookies_of(user: User | None) -> SimpleCookie:
    """What the browser of a person who signed in holds; nothing for nobody."""
    client = Client()
    if user:
        sign_in(client, user)
    return client.cookies


def _hash() -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


FAST_HASH = _hash()  # one slow hash per test run instead of one per user
