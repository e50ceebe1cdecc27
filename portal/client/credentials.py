"""Where to send and with which token: options, then environment, then the file that `login` wrote."""

import json
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from portal.client.errors import ClientError
from portal.client.words import _

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Credentials(NamedTuple):
    url: str
    token: str


def credentials_file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "portal-upload" / "credentials.json"


def find_credentials(*, url: str = "", token: str = "") -> Credentials:
    saved = _saved()
    url = url or os.environ.get("PORTAL_URL", "") or saved.get("url", "")
    token = token or os.environ.get("PORTAL_TOKEN", "") or saved.get("token", "")
    if not url or not token:
        raise ClientError(
            _("No portal or no token is known."),
            hint=_("Run portal-upload login --url https://…, or set PORTAL_URL and PORTAL_TOKEN."),
        )
    return Credentials(check_url(url), token)


def known_url(url: str = "") -> str:
    """The portal of an option, of the environment or of the last sign-in."""
    url = url or os.environ.get("PORTAL_URL", "") or _saved().get("url", "")
    if not url:
        raise ClientError(_("Which portal?"), hint="portal-upload login --url https://…")
    return url


def check_url(url: str) -> str:
    """A token travels over HTTPS, or stays on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise ClientError(
        _("The address must start with https://."), where=url, hint=_("Use the address of your team's page.")
    )


def save_credentials(credentials: Credentials) -> Path:
    path = credentials_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)  # an older file may have been readable for others
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(credentials._asdict(), file)
    return path


def forget_credentials() -> None:
    credentials_file().unlink(missing_ok=True)


def _saved() -> dict[str, str]:
    path = credentials_file()
    if not path.exists():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {"url": str(document["url"]), "token": str(document["token"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClientError(
            _("The saved sign-in cannot be read."), where=str(path), hint=_("Run portal-upload login again.")
        ) from error
