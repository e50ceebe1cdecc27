"""The pool that receives parts: the same installation with the upload API alone, so that a worker stays small.

`POOL_OF` names the settings of the installation. Requests with a session (the browser's) go to the pages' processes,
which know the teams; the proxy tells them apart by the Authorization header.
"""

import os
from importlib import import_module

_installation = vars(import_module(os.environ.get("POOL_OF", "portal.config.settings.production")))
globals().update({name: value for name, value in _installation.items() if name.isupper()})

INSTALLED_APPS = [
    "portal.accounts",
    "portal.intake",
    "portal.jobs",
    "portal.artifacts",
    "portal.audit",
    "portal.common",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",  # read by nothing here, asked for by allauth
    "django.middleware.common.CommonMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "portal.config.upload_urls"
TEMPLATES: list[dict[str, object]] = []
REST_FRAMEWORK = {
    **_installation["REST_FRAMEWORK"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.accounts.authentication.TokenAuthentication"],
    "DEFAULT_SCHEMA_CLASS": None,
}
# Every check is a job here: whole files are read by the workers, never by a process that receives.
UPLOADS = {**_installation.get("UPLOADS", {}), "inline_check_bytes": 0}
