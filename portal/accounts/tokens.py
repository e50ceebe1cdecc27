"""Secrets that are shown once and kept as a digest.

They carry 256 random bits, so a plain SHA-256 is enough: there is nothing to guess or to stretch.
"""

import hashlib
import secrets

PREFIX = "pt_"  # recognisable for secret scanners


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
