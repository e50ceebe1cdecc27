"""`declare` and `push`: bind digests, send bytes."""

from argparse import ArgumentParser, Namespace
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client.commands.base import declared, manifest_of, portal_of
from portal.client.commands.hand_in import SUBMISSIONS
from portal.client.errors import ClientError
from portal.client.options import Group, connection, files
from portal.client.transport import ATTEMPTS, Portal
from portal.client.words import _
from portal.common.formats.manifest import DEFAULT_PART_SIZE

ROLES = (
    "checkpoint", "intermediate_checkpoint", "initial_checkpoint", "training_log", "loss_curve",
    "component_declaration", "technical_report", "benchmark_results", "code",
)  # fmt: skip


def register(group: Group) -> None:
    command = group.add_parser("declare", help=_("bind the digests of files now; their bytes may follow"))
    connection(command)
    files(command)
    command.set_defaults(run=declare)
    command = group.add_parser("push", help=_("send files; the same command again goes on where it stopped"))
    connection(command)
    files(command)
    _sending(command)
    command.set_defaults(run=push)


def _sending(command: ArgumentParser) -> None:
    command.add_argument(
        "--jobs", type=int, default=4, choices=range(1, 9), metavar="1-8", help=_("parts sent at the same time")
    )
    command.add_argument("--retries", type=int, default=ATTEMPTS, help=_("attempts per part before giving up"))
    command.add_argument(
        "--through-portal", action="store_true", help=_("never send straight to the portal's object storage")
    )
    command.add_argument("--dry-run", action="store_true", help=_("say what would be sent and send nothing"))
    command.add_argument("--submission", type=int, help=_("put the bundle into this draft"))
    command.add_argument("--role", choices=ROLES, help=_("what the bundle is in the submission"))
    command.add_argument("--step", type=int, help=_("optimiser steps at this checkpoint"))
    command.add_argument("--tokens", type=int, help=_("training tokens seen at this checkpoint"))


def declare(options: Namespace) -> None:
    portal = portal_of(options)
    files, _, upload = declared(portal, options)
    todo = upload["bytes"] - upload["held"]
    text = f"upload {upload['id']}\nbundle {upload['digest']}\n{len(files)} files, {upload['bytes']} bytes, {todo} still to send"
    console.show({**upload, "to_send": todo}, text=text, as_json=options.json)


def push(options: Namespace) -> None:
    if (options.submission is None) != (options.role is None):
        raise ClientError(
            "--submission and --role belong together.", hint="Name the draft and what the bundle is in it."
        )
    if options.dry_run:
        return _dry_run(options)
    portal = portal_of(options, connections=options.jobs, attempts=options.retries)
    files, manifest, upload = declared(portal, options)
    console.note(f"upload {upload['id']}: {upload['held']} of {upload['bytes']} bytes are there already")
    with console.bar("sending", total=manifest.total_size, done=upload["held"]) as on_bytes:
        sender = pushing.Sender(
            portal, manifest, files, upload["id"], options.jobs, on_bytes, direct=not options.through_portal
        )
        done = sender.push(upload["missing"])
    result = {**done._asdict(), "skipped_bytes": done.skipped_bytes}
    text = (
        f"sent {done.sent_bytes} bytes in {done.sent_parts} parts, skipped {done.skipped_bytes} bytes\n"
        f"upload {done.upload}\nbundle {done.bundle}"
    )
    if options.submission is not None:
        result["item"] = _attach(portal, options, upload=done.upload)
        text += f"\nin submission {options.submission} as {options.role}"
    console.show(result, text=text, as_json=options.json)
    return None


def _dry_run(options: Namespace) -> None:
    files, manifest = manifest_of(options, part_size=options.part_size or DEFAULT_PART_SIZE)
    parts = sum(len(entry.parts) for entry in manifest.files)
    listing = "".join(f"\n  {entry.size:>16} {entry.path}" for entry in manifest.files)
    text = f"would declare {len(files)} files, {manifest.total_size} bytes in {parts} parts{listing}\nbundle {manifest.digest}"
    console.show(manifest.content() | {"digest": manifest.digest}, text=text, as_json=options.json)


def _attach(portal: Portal, options: Namespace, *, upload: str) -> Any:
    item = {"role": options.role, "upload": upload}
    item |= {name: value for name in ("step", "tokens") if (value := getattr(options, name)) is not None}
    return portal.post(f"{SUBMISSIONS}{options.submission}/items/", item)
