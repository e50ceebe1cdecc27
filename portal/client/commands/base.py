"""What commands have in common: the portal, the manifest of what was named, the declaration."""

from argparse import Namespace
from typing import Any

from portal.client import console
from portal.client import push as pushing
from portal.client.cache import DigestCache
from portal.client.credentials import find_credentials
from portal.client.errors import ClientError
from portal.client.scan import check_files, find_files, make_manifest
from portal.client.sources import Files
from portal.client.transport import ATTEMPTS, Portal
from portal.client.words import _
from portal.common.formats.manifest import DEFAULT_PART_SIZE, Manifest


def portal_of(options: Namespace, *, connections: int = 1, attempts: int = ATTEMPTS) -> Portal:
    return Portal(find_credentials(url=options.url, token=options.token), connections=connections, attempts=attempts)


def manifest_of(options: Namespace, *, part_size: int) -> tuple[Files, Manifest]:
    files = find_files(options.paths)
    check_files(files)
    cache = DigestCache()
    with console.bar(_("hashing"), total=sum(source.stamp().size for source in files.values())) as on_bytes:
        manifest = make_manifest(files, part_size=part_size, cache=cache, threads=options.threads, on_bytes=on_bytes)
    cache.close()
    return files, manifest


def declared(portal: Portal, options: Namespace) -> tuple[Files, Manifest, dict[str, Any]]:
    """An upload that was begun with another part size goes on with that, unless a size was asked for."""
    files, manifest = manifest_of(options, part_size=options.part_size or DEFAULT_PART_SIZE)
    try:
        return files, manifest, pushing.declare(portal, manifest, label=options.label)
    except ClientError as error:
        if error.code != "other_part_size" or options.part_size:
            raise
        files, manifest = manifest_of(options, part_size=int(error.body["part_size"]))
    return files, manifest, pushing.declare(portal, manifest, label=options.label)
