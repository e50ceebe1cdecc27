"""Keys of served models at rest: encrypted under a key derived from the installation's secret."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from portal.console.enums import Failure
from portal.console.errors import NoAnswer


def seal(key: str) -> str:
    """Empty stays empty: a served model may ask for no key."""
    return _fernet().encrypt(key.encode()).decode() if key else ""


def unseal(sealed: str) -> str:
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise NoAnswer(Failure.KEY) from error


def _fernet() -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"keys of served models").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
