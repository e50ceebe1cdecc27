"""Which addresses a served model may have: what the installation lists, or this machine where it says so."""

import ipaddress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.console.errors import AddressNotAllowed

PATH = "/v1/chat/completions"
PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"


def target_of(base_url: str) -> Target:
    """Where questions to this base address go. Raises AddressNotAllowed; asked at entry and again before every connection."""
    parts = _split(base_url)
    origin = (parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme])
    if origin not in _listed() and not (settings.CONSOLE_LOOPBACK_ENDPOINTS and _is_loopback(origin[1])):
        raise AddressNotAllowed(_refusal())
    return Target(*origin, path=_path(parts.path))


def _split(base_url: str) -> SplitResult:
    wrong = _("Give the address as http(s)://host:port/path, without a user, a query or blanks.")
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise AddressNotAllowed(wrong) from error
    odd = parts.username or parts.password or parts.query or parts.fragment or port == 0
    if parts.scheme not in PORTS or not parts.hostname or odd or not _is_plain(base_url):
        raise AddressNotAllowed(wrong)
    return parts


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(' \\"<>%')


def _listed() -> set[tuple[str, str, int]]:
    rows = [urlsplit(origin) for origin in settings.CONSOLE_ENDPOINT_ORIGINS]
    return {(row.scheme, row.hostname or "", row.port or PORTS.get(row.scheme, 0)) for row in rows}


def _is_loopback(host: str) -> bool:
    """A literal address or "localhost" alone: a name of somebody's could point anywhere."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _path(path: str) -> str:
    """An address that ends with the version and one without it mean the same."""
    bare = path.rstrip("/").removesuffix("/chat/completions").removesuffix("/v1")
    return f"{bare}{PATH}"


def _refusal() -> str:
    if settings.CONSOLE_LOOPBACK_ENDPOINTS:
        return _(
            "This installation speaks to servers on its own machine (127.0.0.1) and to those listed in its settings."
        )
    return _("This installation speaks only to the servers listed in its settings. Ask the operator to list this one.")
