"""Sign-in by a person's browser on another machine (RFC 8628): nothing secret is typed or copied here."""

import socket
import time
from collections.abc import Callable
from typing import Any

from portal.client.credentials import Credentials
from portal.client.errors import ClientError
from portal.client.transport import Portal
from portal.client.words import _

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER = 5  # seconds more when the portal asks for patience without saying how much

Announce = Callable[[dict[str, Any]], None]


def fetch_token(url: str, *, announce: Announce, wait: Callable[[float], None] = time.sleep) -> str:
    """Show the code by `announce`, then ask at the portal's pace until somebody has decided."""
    portal = Portal(Credentials(url, ""))
    name = f"portal-upload ({socket.gethostname()})"
    started = portal.post("/api/device/", {"client_id": "portal-upload", "client_name": name, "scope": "upload"})
    announce(started)
    interval = float(started["interval"])
    left = float(started["expires_in"])
    while left > 0:
        wait(interval)
        left -= interval
        try:
            answer = _ask(portal, started["device_code"])
        except ClientError as error:
            if error.code != "slow_down":
                raise
            interval = max(float(error.body.get("interval") or 0), interval + SLOWER)
        else:
            if answer:
                return answer
    raise ClientError(_("The code has expired."), hint=_("Run the same command again."), code="expired_token")


def _ask(portal: Portal, device_code: str) -> str:
    """The token, or nothing while nobody has decided."""
    try:
        answer = portal.post("/api/device/token/", {"grant_type": GRANT_TYPE, "device_code": device_code})
    except ClientError as error:
        if error.code == "authorization_pending":
            return ""
        raise
    return str(answer["access_token"])
