"""`status`: uploads of the account, or one with what is missing."""

from argparse import Namespace
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client.commands.base import portal_of
from portal.client.options import Group, connection
from portal.client.transport import refusal
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
        return console.show(upload, text="\n".join(_lines(upload)), as_json=options.json)
    uploads = portal.get(pushing.UPLOADS)
    text = "\n".join(_line(upload) for upload in uploads["uploads"]) or _("no uploads")
    return console.show(uploads, text=text, as_json=options.json)


def _lines(upload: dict[str, Any]) -> list[str]:
    held = _("{held} of {size} are there").format(held=console.size(upload["held"]), size=console.size(upload["bytes"]))
    lines = [_line(upload), held]
    if upload["state"] == "checking":
        lines.append(_("{checked} of {files} files are checked").format(**upload))
    missing = _("  {path}: {count} parts missing")
    lines += [missing.format(path=path, count=len(numbers)) for path, numbers in upload["missing"].items()]
    if upload["refusal"]:
        error = refusal(upload["refusal"], status=pushing.REFUSED_FILE)
        lines.append(f"  {error} {error.hint}")
    return lines


def _line(upload: dict[str, Any]) -> str:
    size = console.size(upload["bytes"])
    text = _("{id}  {state}  {files} files  {size}  {label}")
    facts = {"state": in_words(upload["state"]), "files": upload["files"], "label": upload["label"]}
    return text.format(id=upload["id"], size=size, **facts).rstrip()


def in_words(state: str) -> str:
    known = {
        "declared": _("declared"),
        "checking": _("checking"),
        "complete": _("complete"),
        "refused": _("refused by the checks"),
        "expired": _("expired"),
        "cancelled": _("cancelled"),
    }
    return known.get(state, state)
