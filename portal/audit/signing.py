"""The portal's ledger key: an Ed25519 seed of 32 bytes in hex, in settings."""

from django.conf import settings

from portal.common.formats.checkpoint import public_key_of

DEFAULT_ORIGIN = "evaluation-portal/ledger"


def origin() -> str:
    """The log's name on its checkpoints; an installation sets its own, such as `portal.example.org/ledger`."""
    return str(getattr(settings, "LEDGER_ORIGIN", DEFAULT_ORIGIN))


def seed() -> bytes:
    return bytes.fromhex(settings.LEDGER_SIGNING_KEY)


def public_key() -> bytes:
    return public_key_of(seed())
