"""The services mode: PostgreSQL, Redis, secrets from the environment or from files."""

import os
from pathlib import Path

from portal.config.settings.base import *  # noqa: F403 - a settings module extends its base
from portal.config.settings.base import database_from, secret
from portal.config.settings.mail import mail_from

VAR_DIR = Path(os.environ.get("PORTAL_VAR", "/var/lib/portal"))
DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
LEDGER_SIGNING_KEY = secret("LEDGER_SIGNING_KEY")
PRIVATE_SUITE_KEY = secret("PRIVATE_SUITE_KEY", "")  # 32 bytes in hex, needed where private sets are (docs/suites.md)
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "").split(",")
DATABASES = {"default": database_from(secret("DATABASE_URL"))}
CELERY_BROKER_URL = secret("REDIS_URL")

STORE_DIR = Path(os.environ.get("STORE_DIR", VAR_DIR / "store"))
STORE_KEY_FILE = os.environ.get("STORE_KEY_FILE", "")  # one of the two seals what lies in the store (docs/custody.md)
STORE_KMS_KEY = os.environ.get("STORE_KMS_KEY", "")
STORE_KMS_ENDPOINT = os.environ.get("STORE_KMS_ENDPOINT", "")
WORK_DIR = Path(os.environ.get("WORK_DIR", VAR_DIR / "work"))
SERVING_LOCAL_PROCESS = os.environ.get("SERVING_LOCAL_PROCESS") == "1"  # else images alone (docs/serving.md)
SANDBOX = "required"  # code and checkpoints of teams run behind walls or not at all (docs/sandbox.md)
RELEASE_DIR = Path(os.environ.get("RELEASE_DIR", VAR_DIR / "releases"))
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", VAR_DIR / "static"))

globals().update(mail_from(secret("EMAIL_URL", ""), folder=VAR_DIR / "mail"))

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))  # how many append to X-Forwarded-For
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
