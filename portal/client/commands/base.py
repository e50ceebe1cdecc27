"""What commands have in common: the portal, the manifest of what was named, the declaration."""

from argparse import Namespace
from contextlib import closing
from typing import Any

from portal.client import console, findings
from portal.client import push as pushing
from portal.client.cache import DigestCache
from portal.client.credentials import find_credentials
from portal.client.errors import ClientError
from portal.client.findings import Finding
from portal.client.scan import check_files, find_files, make_manifest
from portal.client.sources import Files
from portal.client.transport import ATTEMPTS, Portal
from portal.client.words import _
from portal.common.formats.manifest import DEFAULT_PART_SIZE, Manifest

DIGITS = 12  # of a file's digest: enough to name it, short enough to copy


def portal_of(options: Namespace, *, connections: int = 1, attempts: int = ATTEMPTS) -> Portal:
    return Portal(find_credentials(url=options.url, token=options.token), connections=connections, attempts=attempts)


def manifest_of(options: Namespace, *, part_size: int, files: Files | None = None) -> tuple[Files, Manifest]:
    if files is None:
        files = find_files(options.paths)
        check_files(files)
    total = sum(source.stamp().size for source in files.values())
    with closing(DigestCache()) as cache, console.bar(_("hashing"), total=total) as on_bytes:
        manifest = make_manifest(files, part_size=part_size, cache=cache, threads=options.threads, on_bytes=on_bytes)
    return files, manifest


def clean_files(options: Namespace) -> Files:
    """The files, looked through for what should not leave this machine; ClientError unless accepted by digest."""
    files = find_files(options.paths)
    check_files(files)
    found = search_all(files)
    if refused := not_accepted(found, options.accept_findings):
        raise refusal_of(refused)
    return files


def search_all(files: Files) -> list[Finding]:
    texts = {name: source for name, source in files.items() if findings.readable(name)}
    total = sum(findings.length_read(name, source) for name, source in texts.items())
    with console.bar(_("looking"), total=total) as on_bytes:
        return [item for name, source in texts.items() for item in findings.search(name, source, on_bytes=on_bytes)]


def not_accepted(found: list[Finding], accepted: str) -> list[Finding]:
    """`accepted`: beginnings of digests, separated by commas; at least so many digits that nothing is met by chance."""
    known = [text.strip().lower() for text in accepted.split(",") if text.strip()]
    if too_short := [text for text in known if len(text) < DIGITS]:
        raise ClientError(
            _("{digest} is too short for a digest.").format(digest=too_short[0]),
            hint=_("Copy the {digits} digits that the list of findings shows.").format(digits=DIGITS),
        )
    return [item for item in found if not item.digest.startswith(tuple(known))]


def lines_of(found: list[Finding]) -> list[str]:
    return [f"{item.path}:{item.line}: {findings.kind_in_words(item.kind)}: {item.masked}" for item in found]


def refusal_of(found: list[Finding]) -> ClientError:
    files = {item.path: item.digest[:DIGITS] for item in found}
    lines = [
        _("{count} places look like keys or personal data; nothing was sent.").format(count=len(found)),
        *(f"  {line}" for line in lines_of(found)),
    ]
    hint = _("Remove them. If you have looked at them and they may go: --accept-findings {digests}")
    error = ClientError("\n".join(lines), hint=hint.format(digests=",".join(files.values())), code="findings")
    error.body = {"findings": [item._asdict() for item in found]}
    return error


def declared(portal: Portal, options: Namespace) -> tuple[Files, Manifest, dict[str, Any]]:
    """An upload that was begun with another part size goes on with that, unless a size was asked for."""
    files, manifest = manifest_of(options, part_size=options.part_size or DEFAULT_PART_SIZE, files=clean_files(options))
    try:
        return files, manifest, pushing.declare(portal, manifest, label=options.label)
    except ClientError as error:
        if error.code != "other_part_size" or options.part_size:
            raise
        files, manifest = manifest_of(options, part_size=int(error.body["part_size"]), files=files)
    return files, manifest, pushing.declare(portal, manifest, label=options.label)
