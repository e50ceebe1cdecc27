"""`status`: uploads of the account, or one with what is missing."""

from argparse import Namespace
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client.commands.base import portal_of
from portal.client.options import Group, connection
from portal.client.words import _


def register(group: Group) -> None:
    command = group.add_parser("status", help=_("list uploads, or show what is missing of one"))
    connection(command)
    command.add_argument("upload", nargs="?", help=_("the upload's id"))
    command.set_defaults(run=status)


def status(options: Namespace) -> None:
    portal = portal_of(options)
    if options.upload:
        upload = portal.get(f"{pushing.UPLOADS}{options.upload}/")
        lines = [_line(upload), f"{upload['held']} of {upload['bytes']} bytes are there"]
        lines += [f"  {path}: {len(numbers)} parts missing" for path, numbers in upload["missing"].items()]
        if upload["refusal"]:
            lines.append("  {where}: {detail} {hint}".format(**upload["refusal"]))
        return console.show(upload, text="\n".join(lines), as_json=options.json)
    uploads = portal.get(pushing.UPLOADS)
    text = "\n".join(_line(upload) for upload in uploads["uploads"]) or "no uploads"
    return console.show(uploads, text=text, as_json=options.json)


def _line(upload: dict[str, Any]) -> str:
    return f"{upload['id']}  {upload['state']:<9} {upload['files']:>6} files {upload['bytes']:>16} bytes  {upload['label']}"
