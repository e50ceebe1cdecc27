"""`commit`: deposit a checkpoint's digest while the model is trained. Its bytes stay here until the lot calls them."""

import hashlib
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client.commands.base import manifest_of, portal_of
from portal.client.errors import ClientError
from portal.client.options import Group, connection, files, output
from portal.client.scan import check_files, find_files
from portal.client.transport import Portal
from portal.client.words import _, retold
from portal.common.formats.checkpoint import parse_verifier_key
from portal.common.formats.hashing import digest_parts
from portal.common.formats.manifest import DEFAULT_PART_SIZE, FileEntry, Manifest
from portal.common.formats.receipt import verify_deposit

DEPOSITS = "/api/deposits/"
SKETCH_NAME = "sketch.safetensors"


def register(group: Group) -> None:
    command = group.add_parser(
        "commit", help=_("deposit a checkpoint's digest while you train; its bytes stay with you")
    )
    connection(command)
    files(command)
    command.add_argument(
        "--entry", type=int, required=True, help=_("the entry's id (portal-upload submissions lists it)")
    )
    command.add_argument("--step", type=int, required=True, help=_("optimiser steps at this checkpoint"))
    command.add_argument("--tokens", type=int, help=_("training tokens seen at this checkpoint"))
    command.add_argument(
        "--log", type=Path, metavar=_("FILE"), help=_("the training log so far; its digest is deposited")
    )
    command.add_argument("--sketch", type=Path, metavar=_("FILE"), help=_("sketch of the checkpoint; it is sent"))
    command.add_argument("--dry-run", action="store_true", help=_("say what would be sent and send nothing"))
    output(command, _("write the proof of the deposit here"))
    command.set_defaults(run=commit)
    command = group.add_parser("deposits", help=_("list what you deposited and what the lot has called"))
    connection(command)
    command.add_argument(
        "--check", type=Path, metavar=_("FILE"), help=_("check the proof of a deposit, without the portal")
    )
    command.add_argument("--key", default="", help=_("the portal's key, from its page on verification"))
    command.set_defaults(run=deposits)


def commit(options: Namespace) -> None:
    """The digest is that of the bundle which the same files would become by `push`."""
    _files, manifest = manifest_of(options, part_size=options.part_size or DEFAULT_PART_SIZE)
    promise = _promise(options, manifest)
    if options.dry_run:
        return console.show(promise, text=_told(_("would deposit"), promise), as_json=options.json)
    portal = portal_of(options)
    if options.sketch:
        promise["sketch"] = _send_sketch(portal, options.sketch)
    document = dict(portal.post(DEPOSITS, promise))
    text = _told(_("deposited {code}").format(code=document["deposit"]["code"]), promise)
    if options.output:
        options.output.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        text += "\n" + _("written to {file}; keep it: it proves when").format(file=options.output)
    console.show(document, text=text, as_json=options.json)
    return None


def _promise(options: Namespace, manifest: Manifest) -> dict[str, Any]:
    return {
        "entry": options.entry,
        "step": options.step,
        "tokens": options.tokens,
        "digest": manifest.digest,
        "bytes": manifest.total_size,
        "files": len(manifest.files),
        **(_log_so_far(options.log) if options.log else {}),
    }


def _log_so_far(path: Path) -> dict[str, Any]:
    """Digest and length of one moment: the log may grow while it is read, and its beginning is what is compared later."""
    if not path.is_file():
        raise ClientError(_("There is no such file."), where=str(path), hint=_("Name the log file of the run."))
    content, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            content.update(piece)
            size += len(piece)
    return {"log_digest": content.hexdigest(), "log_bytes": size or None}


def _told(head: str, promise: dict[str, Any]) -> str:
    step = _("step {step}, {files} files, {bytes} bytes").format(**promise)
    return f"{head}: {step}\n{_('bundle')} {promise['digest']}"


def _send_sketch(portal: Portal, path: Path) -> str:
    """Push the sketch alone, under one name, and return its upload."""
    if not path.is_file():
        hint = _("Make it first: python -m originality sketch FOLDER -o sketch.safetensors")
        raise ClientError(_("There is no such file."), where=str(path), hint=hint)
    found = find_files([str(path)])
    (source,) = found.values()
    sources = {SKETCH_NAME: source}
    check_files(sources)
    digests = digest_parts(path, part_size=DEFAULT_PART_SIZE)
    entry = FileEntry(SKETCH_NAME, digests.size, digests.sha256, digests.parts)
    manifest = Manifest(part_size=DEFAULT_PART_SIZE, files=(entry,))
    upload = pushing.declare(portal, manifest, label=path.name)
    with console.bar(_("sending the sketch"), total=manifest.total_size, done=upload["held"]) as on_bytes:
        pushing.Sender(portal, manifest, sources, upload["id"], 1, on_bytes).push(upload["missing"])
    return str(upload["id"])


def deposits(options: Namespace) -> None:
    if options.check:
        return _check(options)
    listing = portal_of(options).get(DEPOSITS)
    lines = [_line(row) for row in listing["deposits"]]
    console.show(listing, text="\n".join(lines) or _("nothing deposited yet"), as_json=options.json)
    return None


def _check(options: Namespace) -> None:
    """Nothing but the file and, better, the key is needed."""
    try:
        document = json.loads(options.check.read_text(encoding="utf-8"))
        found = verify_deposit(document, public_key=parse_verifier_key(options.key) if options.key else None)
    except (OSError, ValueError, RecursionError) as error:
        hint = _("Name the file that `commit -o` wrote, and the key as the portal shows it.")
        raise ClientError(retold(str(error)), where=str(options.check), hint=hint, code="deposit") from error
    facts = {"digest": found.digest, "step": found.document["step"], "at": found.document["at"]}
    text = _("step {step} was deposited at {at}").format(**facts) + f"\n{_('bundle')} {found.digest}"
    if not options.key:
        text += "\n" + _("checked with the key inside of the file; compare it with the portal's")
    console.show({**facts, "key_from_file": not options.key}, text=text, as_json=options.json)


def _line(row: dict[str, Any]) -> str:
    text = _("{code}: step {step}, {bytes} bytes").format(**row)
    if call := row["called"]:
        text += ", " + _("CALLED, due {due_at}: push the same files ({state})").format(**call)
    return text
