"""One function per command: options in, exit status out."""

import getpass
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client import verify as checks
from portal.client.cache import DigestCache
from portal.client.credentials import Credentials, check_url, find_credentials, save_credentials
from portal.client.errors import ClientError
from portal.client.scan import Files, check_files, find_files, make_manifest
from portal.client.transport import ATTEMPTS, Portal
from portal.common.formats.manifest import DEFAULT_PART_SIZE, Manifest

SUBMISSIONS = "/api/submissions/"


def login(options: Namespace) -> None:
    if not options.url:
        raise ClientError("Which portal?", hint="portal-upload login --url https://…")
    token = options.token or getpass.getpass("Token: ")
    credentials = Credentials(check_url(options.url), token.strip())
    Portal(credentials).get(pushing.UPLOADS)
    path = save_credentials(credentials)
    console.show({"saved": str(path)}, text=f"The token works and is kept in {path}.", as_json=options.json)


def declare(options: Namespace) -> None:
    portal = _portal(options)
    files, _, upload = _declared(portal, options)
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
    portal = _portal(options, connections=options.jobs, attempts=options.retries)
    files, manifest, upload = _declared(portal, options)
    console.note(f"upload {upload['id']}: {upload['held']} of {upload['bytes']} bytes are there already")
    with console.bar("sending", total=manifest.total_size, done=upload["held"]) as on_bytes:
        sender = pushing.Sender(portal, manifest, files, upload["id"], options.jobs, on_bytes)
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


def status(options: Namespace) -> None:
    portal = _portal(options)
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


def verify(options: Namespace) -> int:
    if options.receipt:
        return _verify_receipt(options)
    if not options.upload or not options.paths:
        raise ClientError("Compare what?", hint="portal-upload verify PATH --upload ID, or --receipt FILE")
    upload = _portal(options).get(f"{pushing.UPLOADS}{options.upload}/")
    _, manifest = _manifest(options, part_size=upload["part_size"])
    equal = manifest.digest == upload["digest"]
    words = "are those" if equal else "are NOT those"
    text = f"The local files {words} of upload {upload['id']} ({upload['state']}).\nlocal  {manifest.digest}\nportal {upload['digest']}"
    console.show(
        {"equal": equal, "local": manifest.digest, "portal": upload["digest"]}, text=text, as_json=options.json
    )
    return 0 if equal else 1


def submissions(options: Namespace) -> None:
    portal = _portal(options)
    if options.entry is not None:
        draft = portal.post(SUBMISSIONS, {"entry": options.entry})
        return console.show(draft, text=f"draft {draft['id']}, version {draft['version']}", as_json=options.json)
    listing = portal.get(SUBMISSIONS)
    lines = [f"entry {entry['id']}: {entry['code']} in {entry['phase']}" for entry in listing["entries"]]
    lines += [f"submission {row['id']}: version {row['version']}, {row['state']}" for row in listing["submissions"]]
    return console.show(listing, text="\n".join(lines) or "no entries", as_json=options.json)


def submit(options: Namespace) -> None:
    _keep_receipt(_portal(options).post(f"{SUBMISSIONS}{options.submission}/submit/"), options)


def receipt(options: Namespace) -> None:
    _keep_receipt(_portal(options).get(f"{SUBMISSIONS}{options.submission}/receipt/"), options)


def _portal(options: Namespace, *, connections: int = 1, attempts: int = ATTEMPTS) -> Portal:
    return Portal(find_credentials(url=options.url, token=options.token), connections=connections, attempts=attempts)


def _manifest(options: Namespace, *, part_size: int) -> tuple[Files, Manifest]:
    files = find_files(options.paths)
    check_files(files)
    cache = DigestCache()
    with console.bar("hashing", total=sum(path.stat().st_size for path in files.values())) as on_bytes:
        manifest = make_manifest(files, part_size=part_size, cache=cache, threads=options.threads, on_bytes=on_bytes)
    cache.close()
    return files, manifest


def _declared(portal: Portal, options: Namespace) -> tuple[Files, Manifest, dict[str, Any]]:
    """An upload that was begun with another part size goes on with that, unless a size was asked for."""
    files, manifest = _manifest(options, part_size=options.part_size or DEFAULT_PART_SIZE)
    try:
        return files, manifest, pushing.declare(portal, manifest, label=options.label)
    except ClientError as error:
        if error.code != "other_part_size" or options.part_size:
            raise
        files, manifest = _manifest(options, part_size=int(error.body["part_size"]))
    return files, manifest, pushing.declare(portal, manifest, label=options.label)


def _dry_run(options: Namespace) -> None:
    files, manifest = _manifest(options, part_size=options.part_size or DEFAULT_PART_SIZE)
    parts = sum(len(entry.parts) for entry in manifest.files)
    listing = "".join(f"\n  {entry.size:>16} {entry.path}" for entry in manifest.files)
    text = f"would declare {len(files)} files, {manifest.total_size} bytes in {parts} parts{listing}\nbundle {manifest.digest}"
    console.show(manifest.content() | {"digest": manifest.digest}, text=text, as_json=options.json)


def _attach(portal: Portal, options: Namespace, *, upload: str) -> Any:
    item = {"role": options.role, "upload": upload}
    item |= {name: value for name in ("step", "tokens") if (value := getattr(options, name)) is not None}
    return portal.post(f"{SUBMISSIONS}{options.submission}/items/", item)


def _keep_receipt(document: dict[str, Any], options: Namespace) -> None:
    text = f"receipt {document['receipt']['number']}\ndigest {document['digest']}"
    if options.output:
        Path(options.output).write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        text += f"\nwritten to {options.output}; keep it: portal-upload verify --receipt {options.output}"
    console.show(document, text=text, as_json=options.json)


def _verify_receipt(options: Namespace) -> int:
    checked = checks.read_receipt(options.receipt, key=options.key)
    lines = [
        f"receipt {checked.document.get('number')}: digest, event {checked.seq} and signed checkpoint {checked.size} hold",
        f"signed by {checked.origin}, key {checked.public_key.hex()}",
    ]
    if not options.key:
        lines.append(
            "The key came from the receipt: compare it with the portal's published key, or pass that by --key."
        )
    changed: list[str] = []
    if options.paths:
        _, manifest = _manifest(options, part_size=DEFAULT_PART_SIZE)
        equal, changed, elsewhere = checks.compare(checked, manifest)
        lines.append(
            f"{equal} local files are as handed in, {len(changed)} are not, {len(elsewhere)} of the receipt are not here"
        )
        lines += [f"  not handed in like this: {name}" for name in changed]
    result = {
        "valid": True,
        "key_from_receipt": not options.key,
        "seq": checked.seq,
        "changed": changed,
        "digest": checked.digest,
    }
    console.show(result, text="\n".join(lines), as_json=options.json)
    return 1 if changed else 0


def _line(upload: dict[str, Any]) -> str:
    return f"{upload['id']}  {upload['state']:<9} {upload['files']:>6} files {upload['bytes']:>16} bytes  {upload['label']}"
