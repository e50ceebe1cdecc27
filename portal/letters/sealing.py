"""A letter's secret while it waits: encrypted with a key derived from `SECRET_KEY`, so a copy of the database is not enough."""

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """InvalidToken where `SECRET_KEY` has changed since."""
    return _fernet().decrypt(sealed.encode()).decode()


def _fernet() -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"letters on their way").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
