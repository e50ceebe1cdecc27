"""`declare`, `push` and `cancel`: bind digests, send bytes, give up."""

from argparse import ArgumentParser, Namespace
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client.commands.base import declared, lines_of, manifest_of, not_accepted, portal_of, search_all
from portal.client.commands.hand_in import SUBMISSIONS
from portal.client.commands.status import in_words
from portal.client.errors import ClientError
from portal.client.options import Group, connection, files, findings
from portal.client.scan import check_files, find_files
from portal.client.sources import Files
from portal.client.transport import ATTEMPTS, Portal
from portal.client.words import _
from portal.common.formats.manifest import DEFAULT_PART_SIZE, Manifest

ROLES = (
    "checkpoint", "intermediate_checkpoint", "initial_checkpoint", "training_log", "loss_curve",
    "component_declaration", "training_declaration", "technical_report", "benchmark_results", "code",
    "serving", "data_sample",
)  # fmt: skip


def register(group: Group) -> None:
    command = group.add_parser("declare", help=_("bind the digests of files now; their bytes may follow"))
    connection(command)
    files(command)
    findings(command)
    _item(command)
    command.set_defaults(run=declare)
    command = group.add_parser("push", help=_("send files; the same command again goes on where it stopped"))
    connection(command)
    files(command)
    findings(command)
    _sending(command)
    command.set_defaults(run=push)
    command = group.add_parser("cancel", help=_("give an upload up and free its room"))
    connection(command)
    command.add_argument("upload", help=_("the upload's id"))
    command.set_defaults(run=cancel)


def _sending(command: ArgumentParser) -> None:
    command.add_argument(
        "--jobs", type=int, default=4, choices=range(1, 9), metavar="1-8", help=_("parts sent at the same time")
    )
    command.add_argument("--retries", type=int, default=ATTEMPTS, help=_("attempts per part before giving up"))
    command.add_argument(
        "--through-portal", action="store_true", help=_("never send straight to the portal's object storage")
    )
    command.add_argument("--dry-run", action="store_true", help=_("say what would be sent and send nothing"))
    _item(command)


def _item(command: ArgumentParser) -> None:
    command.add_argument("--submission", type=int, help=_("put the bundle into this draft"))
    command.add_argument("--role", choices=ROLES, help=_("what the bundle is in the submission"))
    command.add_argument("--step", type=int, help=_("optimiser steps at this checkpoint"))
    command.add_argument("--tokens", type=int, help=_("training tokens seen at this checkpoint"))


def declare(options: Namespace) -> None:
    """Bind digests; with a submission they are in its draft at once, so that a deadline finds them there."""
    _require_both(options)
    portal = portal_of(options)
    files, _manifest, upload = declared(portal, options)
    todo = upload["bytes"] - upload["held"]
    text = _("upload {upload}\nbundle {bundle}\n{files} files, {size}; {todo} still to send")
    text = text.format(
        upload=upload["id"],
        bundle=upload["digest"],
        files=len(files),
        size=console.size(upload["bytes"]),
        todo=console.size(todo),
    )
    result = {**upload, "to_send": todo}
    if options.submission is not None:
        result["item"] = _attach(portal, options, upload=upload["id"])
        text += "\n" + _into(options)
    console.show(result, text=text, as_json=options.json)


def push(options: Namespace) -> int:
    _require_both(options)
    if options.dry_run:
        return _dry_run(options)
    portal = portal_of(options, connections=options.jobs, attempts=options.retries)
    files, manifest, upload = declared(portal, options)
    held = _("upload {upload}: {held} of {size} are there already")
    sizes = {"held": console.size(upload["held"]), "size": console.size(upload["bytes"])}
    console.note(held.format(upload=upload["id"], **sizes))
    done = _send(portal, options, files=files, manifest=manifest, upload=upload)
    text = _("sent {sent} in {parts} parts, skipped {skipped}\nupload {upload}\nbundle {bundle}").format(
        sent=console.size(done.sent_bytes),
        parts=done.sent_parts,
        skipped=console.size(done.skipped_bytes),
        upload=done.upload,
        bundle=done.bundle,
    )
    result = {**done._asdict(), "skipped_bytes": done.skipped_bytes}
    if options.submission is not None:
        result["item"] = _attach(portal, options, upload=done.upload)
        text += "\n" + _into(options)
    console.show(result, text=text, as_json=options.json)
    return 0


def _require_both(options: Namespace) -> None:
    if (options.submission is None) != (options.role is None):
        raise ClientError(
            _("--submission and --role belong together."), hint=_("Name the draft and what the bundle is in it.")
        )


def _into(options: Namespace) -> str:
    return _("in submission {submission} as {role}").format(submission=options.submission, role=options.role)


def _send(
    portal: Portal, options: Namespace, *, files: Files, manifest: Manifest, upload: dict[str, Any]
) -> pushing.Pushed:
    with console.bars() as new:
        sending = new(_("sending"), total=manifest.total_size, done=upload["held"])
        checking = new(_("checking"), total=manifest.total_size, later=True)
        sender = pushing.Sender(
            portal,
            manifest,
            files,
            upload["id"],
            options.jobs,
            sending.advance,
            on_checked=checking.reach,
            direct=not options.through_portal,
        )
        return sender.push(upload["missing"])


def cancel(options: Namespace) -> None:
    upload = portal_of(options).delete(f"{pushing.UPLOADS}{options.upload}/")
    text = _("Upload {upload} is cancelled; its room is free again.").format(upload=upload["id"])
    console.show(upload, text=text, as_json=options.json)


def _dry_run(options: Namespace) -> int:
    """Names, kinds, findings and digests as for a real run; where somebody is signed in, what the portal would answer."""
    local = find_files(options.paths)
    check_files(local)
    found = not_accepted(search_all(local), options.accept_findings)
    files, manifest = manifest_of(options, part_size=options.part_size or DEFAULT_PART_SIZE, files=local)
    parts = sum(len(entry.parts) for entry in manifest.files)
    counts = {"files": len(files), "size": console.size(manifest.total_size), "parts": parts}
    lines = [_("would declare {files} files, {size} in {parts} parts").format(**counts)]
    lines += [f"  {entry.size:>16} {entry.path}" for entry in manifest.files]
    lines.append(_("bundle {bundle}").format(bundle=manifest.digest))
    lines += [_("would be refused: {finding}").format(finding=line) for line in lines_of(found)]
    plan = _plan(options, manifest)
    lines += _told(plan, manifest)
    result = {**manifest.content(), "digest": manifest.digest, "findings": len(found), "plan": plan}
    console.show(result, text="\n".join(lines), as_json=options.json)
    return 1 if found else 0


def _plan(options: Namespace, manifest: Manifest) -> dict[str, Any] | None:
    """What the portal would answer to this declaration; None when nobody is signed in."""
    try:
        portal = portal_of(options, attempts=2)
    except ClientError:
        return None
    return dict(portal.post(f"{pushing.UPLOADS}?plan=1", {"manifest": manifest.document(), "label": options.label}))


def _told(plan: dict[str, Any] | None, manifest: Manifest) -> list[str]:
    if plan is None:
        return [_("Not signed in: what the portal has already is not known.")]
    todo = console.size(manifest.total_size - plan["held"])
    lines = [_("would send {todo}; {held} are there already").format(todo=todo, held=console.size(plan["held"]))]
    if plan["id"]:
        begun = _("the upload {upload} of these files is {state}")
        lines.append(begun.format(upload=plan["id"], state=in_words(plan["state"])))
    return lines


def _attach(portal: Portal, options: Namespace, *, upload: str) -> Any:
    item = {"role": options.role, "upload": upload}
    item |= {name: value for name in ("step", "tokens") if (value := getattr(options, name)) is not None}
    return portal.post(f"{SUBMISSIONS}{options.submission}/items/", item)
