"""`login`: check a token and keep it."""

import getpass
from argparse import Namespace

from portal.client import console
from portal.client import push as pushing
from portal.client.credentials import Credentials, check_url, save_credentials
from portal.client.errors import ClientError
from portal.client.options import Group, connection
from portal.client.transport import Portal
from portal.client.words import _


def register(group: Group) -> None:
    command = group.add_parser("login", help=_("check a token and keep it in a file that only you can read"))
    connection(command)
    command.set_defaults(run=login)


def login(options: Namespace) -> None:
    if not options.url:
        raise ClientError("Which portal?", hint="portal-upload login --url https://…")
    token = options.token or getpass.getpass("Token: ")
    credentials = Credentials(check_url(options.url), token.strip())
    Portal(credentials).get(pushing.UPLOADS)
    path = save_credentials(credentials)
    console.show({"saved": str(path)}, text=f"The token works and is kept in {path}.", as_json=options.json)
