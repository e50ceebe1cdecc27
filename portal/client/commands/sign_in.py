"""`login` and `logout`: a token for this machine, by the browser of a person or by hand; and its end."""

import getpass
from argparse import Namespace
from typing import Any

from portal.client import console, device
from portal.client.credentials import (
    Credentials,
    check_url,
    find_credentials,
    forget_credentials,
    known_url,
    save_credentials,
)
from portal.client.errors import ClientError
from portal.client.options import Group, connection
from portal.client.transport import Portal
from portal.client.words import _

TOKEN = "/api/token/"  # noqa: S105 - an address


def register(group: Group) -> None:
    command = group.add_parser("login", help=_("sign this machine in by a code that you confirm in your browser"))
    connection(command)
    command.add_argument("--ask", action="store_true", help=_("type a token of your team's page instead"))
    command.set_defaults(run=login)
    command = group.add_parser("logout", help=_("end the token of this machine and forget it"))
    connection(command)
    command.set_defaults(run=logout)


def login(options: Namespace) -> None:
    """An unknown token leaves whatever was saved before as it is."""
    url = check_url(known_url(options.url))
    token = options.token or (getpass.getpass(_("Token: ")) if options.ask else "")
    credentials = Credentials(url, token.strip() or device.fetch_token(url, announce=_announce))
    own = Portal(credentials).get(TOKEN)
    path = save_credentials(credentials)
    text = _("Signed in for {team} until {day}. The token is kept in {path}.")
    text = text.format(team=own["account_name"] or own["account"], day=own["expires_at"][:10], path=path)
    console.show({"saved": str(path), **own}, text=text, as_json=options.json)


def logout(options: Namespace) -> None:
    """The file goes in any case: a token that the portal no longer knows has ended already."""
    credentials = find_credentials(url=options.url, token=options.token)
    try:
        Portal(credentials).delete(TOKEN)
    except ClientError as error:
        if error.code not in {"authentication_failed", "not_authenticated"}:
            raise
    forget_credentials()
    console.show({"ended": True}, text=_("The token no longer works and is forgotten."), as_json=options.json)


def _announce(started: dict[str, Any]) -> None:
    lines = (
        _("Open this page in a browser, on any machine, and sign in:"),
        f"    {started['verification_uri']}",
        _("Type this code there and compare it:"),
        f"    {started['user_code']}",
        _("Waiting for your decision, for at most {minutes} minutes …").format(minutes=started["expires_in"] // 60),
    )
    for line in lines:
        console.note(line)
