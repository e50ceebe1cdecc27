"""`submissions`, `submit` and `receipt`: the draft and what is signed for it."""

import json
from argparse import Namespace
from typing import Any

from portal.client import console
from portal.client.commands.base import portal_of
from portal.client.options import Group, connection, output
from portal.client.words import _

SUBMISSIONS = "/api/submissions/"


def register(group: Group) -> None:
    command = group.add_parser("submissions", help=_("list your entries and submissions; --entry opens a draft"))
    connection(command)
    command.add_argument("--entry", type=int, help=_("open the draft of this entry"))
    command.set_defaults(run=submissions)
    for name, run, text in (
        ("submit", submit, _("hand the draft in and fetch the receipt")),
        ("receipt", receipt, _("fetch the receipt of a submission")),
    ):
        command = group.add_parser(name, help=text)
        connection(command)
        command.add_argument("--submission", type=int, required=True, help=_("the submission's id"))
        output(command, _("write the receipt here"))
        command.set_defaults(run=run)


def submissions(options: Namespace) -> None:
    portal = portal_of(options)
    if options.entry is not None:
        draft = portal.post(SUBMISSIONS, {"entry": options.entry})
        return console.show(draft, text=_("draft {id}, version {version}").format(**draft), as_json=options.json)
    listing = portal.get(SUBMISSIONS)
    lines = [_("entry {id}: {code} in {phase}").format(**entry) for entry in listing["entries"]]
    row_text = _("submission {id}: version {version}, {state}")
    lines += [row_text.format(**row) for row in listing["submissions"]]
    return console.show(listing, text="\n".join(lines) or _("no entries"), as_json=options.json)


def submit(options: Namespace) -> None:
    _keep_receipt(portal_of(options).post(f"{SUBMISSIONS}{options.submission}/submit/"), options)


def receipt(options: Namespace) -> None:
    _keep_receipt(portal_of(options).get(f"{SUBMISSIONS}{options.submission}/receipt/"), options)


def outstanding(receipt: dict[str, Any]) -> list[str]:
    """A receipt by declared digests proves the hand-in, not yet the arrival: say so wherever it is shown."""
    if not receipt.get("outstanding"):
        return []
    due = receipt.get("bytes_due") or _("as the portal's page says")
    text = _("handed in with the bytes of {count} parts outstanding, due until {due}; push the same files again")
    return [text.format(count=len(receipt["outstanding"]), due=due)]


def _keep_receipt(document: dict[str, Any], options: Namespace) -> None:
    text = _("receipt {number}\ndigest {digest}").format(
        number=document["receipt"]["number"], digest=document["digest"]
    )
    text += "".join(f"\n{line}" for line in outstanding(document["receipt"]))
    if options.output:
        options.output.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        kept = _("written to {file}; keep it: portal-upload verify --receipt {file}").format(file=options.output)
        text += f"\n{kept}"
    console.show(document, text=text, as_json=options.json)
