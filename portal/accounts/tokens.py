"""Secrets that are shown once and kept as a digest.

They carry 256 random bits, so a plain SHA-256 is enough: there is nothing to guess or to stretch.
"""

import hashlib
import secrets
import string

PREFIX = "pt_"  # recognisable for secret scanners


# No vowels, so that no word comes about, and nothing that is read in two ways (RFC 8628, section 6.1).
CODE_LETTERS = "".join(sorted(set(string.ascii_uppercase) - set("AEIOUY")))
CODE_LENGTH = 8


def new_user_code() -> str:
    """Some 34 bits, for ten minutes, behind a sign-in and a limit of attempts."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def typed_code(text: str) -> str:
    """A code as people type it: any case, with or without its hyphen."""
    return "".join(char for char in text.upper() if char in CODE_LETTERS)


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
