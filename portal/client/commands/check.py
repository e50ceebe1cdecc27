"""`verify`: local files against an upload, or against a receipt."""

from argparse import Namespace
from pathlib import Path

from portal.client import console
from portal.client import push as pushing
from portal.client import verify as checks
from portal.client.commands.base import manifest_of, portal_of
from portal.client.commands.hand_in import outstanding
from portal.client.commands.status import in_words
from portal.client.errors import ClientError
from portal.client.options import Group, connection, files
from portal.client.words import _
from portal.common.formats.manifest import DEFAULT_PART_SIZE


def register(group: Group) -> None:
    command = group.add_parser("verify", help=_("compare local files with an upload, or check a receipt offline"))
    connection(command)
    files(command, required=False)
    command.add_argument("--upload", help=_("the upload's id"))
    command.add_argument("--receipt", type=Path, metavar=_("FILE"), help=_("a receipt; nothing is asked of the portal"))
    command.add_argument("--key", default="", help=_("the portal's published verifier key"))
    command.set_defaults(run=verify)


def verify(options: Namespace) -> int:
    if options.receipt:
        return _verify_receipt(options)
    if not options.upload or not options.paths:
        raise ClientError(_("Compare what?"), hint=_("portal-upload verify PATH --upload ID, or --receipt FILE"))
    upload = portal_of(options).get(f"{pushing.UPLOADS}{options.upload}/")
    _files, manifest = manifest_of(options, part_size=upload["part_size"])
    equal = manifest.digest == upload["digest"]
    same = _("The local files are those of upload {upload} ({state}).")
    other = _("The local files are NOT those of upload {upload} ({state}).")
    lines = [(same if equal else other).format(upload=upload["id"], state=in_words(upload["state"]))]
    lines += [_("here   {digest}").format(digest=manifest.digest), _("portal {digest}").format(digest=upload["digest"])]
    console.show(
        {"equal": equal, "local": manifest.digest, "portal": upload["digest"]},
        text="\n".join(lines),
        as_json=options.json,
    )
    return 0 if equal else 1


def _verify_receipt(options: Namespace) -> int:
    checked = checks.read_receipt(options.receipt, key=options.key)
    holds = _("receipt {number}: digest, event {event} and signed checkpoint {size} hold")
    signed = _("signed by {origin}, key {key}")
    lines = [
        holds.format(number=checked.document.get("number"), event=checked.seq, size=checked.size),
        signed.format(origin=checked.origin, key=checked.public_key.hex()),
    ]
    lines += outstanding(checked.document)
    if not options.key:
        lines.append(
            _("The key came from the receipt: compare it with the portal's published key, or pass that by --key.")
        )
    changed: list[str] = []
    if options.paths:
        _files, manifest = manifest_of(options, part_size=DEFAULT_PART_SIZE)
        equal, changed, elsewhere = checks.compare(checked, manifest)
        counts = _("{equal} local files are as handed in, {changed} are not, {elsewhere} of the receipt are not here")
        lines.append(counts.format(equal=equal, changed=len(changed), elsewhere=len(elsewhere)))
        lines += [_("  not handed in like this: {name}").format(name=name) for name in changed]
    result = {
        "valid": True,
        "key_from_receipt": not options.key,
        "seq": checked.seq,
        "changed": changed,
        "digest": checked.digest,
    }
    console.show(result, text="\n".join(lines), as_json=options.json)
    return 1 if changed else 0
