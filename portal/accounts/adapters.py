"""allauth's switches that are code: no self sign-up, encrypted secrets, a second factor that stays."""

import base64
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest

from portal.accounts.enums import SECOND_FACTOR_ROLES
from portal.common.access import missing_proof
from portal.letters.actions import post_letter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come in by invitation only; see `actions.accept_invitation`."""
        return False

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, like every letter: a mail server that is away loses nothing and keeps nobody waiting."""
        post_letter(
            [email],
            kind="password_reset",
            subject_key=f"accounts.password_reset:{uuid4()}",
            context={"uid": context["uid"]},
            secrets={"key": context["key"]},
        )

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """A sign-in of a moment ago is proof enough: nothing is asked twice."""
        return missing_proof(self.request) is not None


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second factor cannot switch it off; a lost device is an officer's errand."""
        return SECOND_FACTOR_ROLES.isdisjoint(authenticator.user.role_names())


def _fernet() -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"second factor secrets").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
