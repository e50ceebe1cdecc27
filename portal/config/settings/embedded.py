"""The embedded mode: SQLite, a local store and keys of its own under `var/`; loopback only."""

import os
import secrets
from pathlib import Path

from portal.config.settings.base import *  # noqa: F403 - a settings module extends its base
from portal.config.settings.base import BASE_DIR, INSTALLED_APPS, database_from
from portal.config.settings.mail import mail_from

VAR_DIR = Path(os.environ.get("PORTAL_VAR", BASE_DIR / "var")).resolve()
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def own_key(name: str) -> str:
    """Read a key of this installation, making it with mode 0600 the first time."""
    path = VAR_DIR / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii")


DEBUG = False
SECRET_KEY = own_key("secret.key")
LEDGER_SIGNING_KEY = own_key("ledger.key")  # 32 bytes in hex: an Ed25519 seed
PRIVATE_SUITE_KEY = own_key("private-suites.key")  # 32 bytes in hex: seals the keys of private sets (docs/suites.md)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]

if url := os.environ.get("DATABASE_URL"):
    DATABASES = {"default": database_from(url)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "portal.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    }

CONSOLE_LOOPBACK_ENDPOINTS = True
STORE_DIR = VAR_DIR / "store"
WORK_DIR = VAR_DIR / "work"
RELEASE_DIR = VAR_DIR / "releases"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = not STATIC_ROOT.exists()  # before collectstatic the sources are served, uncompressed
INSTALLED_APPS = ["demo", *INSTALLED_APPS]
CELERY_BROKER_URL = os.environ.get("REDIS_URL", "")
globals().update(mail_from(os.environ.get("EMAIL_URL", ""), folder=VAR_DIR / "mail"))
