"""Which files of a team's own storage are meant: `s3://bucket/prefix`, or a list of addresses that may be read.

Sign-in to the bucket is boto3's (AWS_PROFILE, AWS_ENDPOINT_URL_S3 and so on) and stays on this machine: the portal sees bytes only.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from portal.client.credentials import LOOPBACK
from portal.client.errors import ClientError
from portal.client.remote import RemoteFile, probe
from portal.client.words import _

SCHEME = "s3://"
LIST = "@"
SIGNED_SECONDS = 3600  # each request gets an address of its own
PROBES = 8  # at the same time
MAX_LIST_BYTES = 64 << 20


class Line(NamedTuple):
    """One address of a list: the name it shall have, the address for people, and the address."""

    name: str
    shown: str
    address: str


class Folder(NamedTuple):
    """What `s3://bucket/prefix` names."""

    bucket: str
    prefix: str

    def name_of(self, key: str) -> str:
        """Of an object below the prefix or exactly at it; empty for folder markers and neighbours that begin alike."""
        if key == self.prefix:
            return key.rsplit("/", 1)[-1]
        below = f"{self.prefix}/" if self.prefix else ""
        return key.removeprefix(below) if key.startswith(below) and not key.endswith("/") else ""


def is_remote(place: str) -> bool:
    return place.startswith((SCHEME, LIST))


def remote_files(place: str, *, alone: bool) -> Iterator[tuple[str, RemoteFile]]:
    """As for folders of this machine: of several buckets each file keeps its folder's name in front."""
    if place.startswith(LIST):
        yield from list_files(Path(place.removeprefix(LIST)).expanduser())
        return
    folder = "" if alone else f"{place.removeprefix(SCHEME).rstrip('/').rsplit('/', 1)[-1]}/"
    yield from ((folder + name, file) for name, file in bucket_files(place))


def bucket_files(text: str) -> Iterator[tuple[str, RemoteFile]]:
    """Name below the prefix and file; names with a leading dot are left out, as in a local folder."""
    bucket, _slash, prefix = text.removeprefix(SCHEME).partition("/")
    folder, client = Folder(bucket, prefix.rstrip("/")), _client(text)
    for item in _listed(client, folder, where=text):
        name = folder.name_of(item["Key"])
        if name and not any(part.startswith(".") for part in name.split("/")):
            target = {"Bucket": bucket, "Key": item["Key"]}
            address = partial(client.generate_presigned_url, "get_object", Params=target, ExpiresIn=SIGNED_SECONDS)
            yield name, RemoteFile(f"{SCHEME}{bucket}/{item['Key']}", int(item["Size"]), str(item["ETag"]), address)


def list_files(path: Path) -> Iterator[tuple[str, RemoteFile]]:
    """A text file with one address a line: `ADDRESS`, or `NAME<tab>ADDRESS` for the name in the bundle."""
    lines = list(_lines(path))
    with ThreadPoolExecutor(PROBES) as pool:
        files = pool.map(lambda line: probe(line.shown, line.address), lines)
        yield from ((line.name, file) for line, file in zip(lines, files, strict=True))


def _lines(path: Path) -> Iterator[Line]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_LIST_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        detail = _("The list cannot be read: {reason}").format(reason=error)
        raise ClientError(detail, where=str(path), hint=_("Name a text file with one address a line.")) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            name, _tab, address = line.strip().rpartition("\t")
            yield _line(name.strip(), address, where=f"{path}:{number}")


def _line(name: str, address: str, *, where: str) -> Line:
    """Signed addresses are secrets: they travel encrypted, or stay on this machine."""
    parts = urlsplit(address)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ClientError(
            _("The address must start with https://."),
            where=where,
            hint=_("Write one address a line, with name and tab in front where the name matters."),
        )
    shown = f"{parts.scheme}://{parts.hostname}{unquote(parts.path)}"
    return Line(name or shown.rsplit("/", 1)[-1], shown, address)


def _listed(client: Any, folder: Folder, *, where: str) -> Iterator[dict[str, Any]]:
    from botocore.exceptions import BotoCoreError
    from botocore.exceptions import ClientError as Refused

    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.prefix):
            yield from page.get("Contents", ())
    except (BotoCoreError, Refused) as error:
        detail = _("The bucket cannot be listed: {reason}").format(reason=error)
        hint = _("Check the name, and the sign-in to the bucket (AWS_PROFILE, AWS_ENDPOINT_URL_S3).")
        raise ClientError(detail, where=where, hint=hint) from error


def _client(where: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        hint = _("Run pip install 'sovereign-ai-evaluation-portal[client,s3]', or push a list of signed addresses.")
        raise ClientError(_("Reading a bucket needs boto3."), where=where, hint=hint) from error
    config = Config(signature_version="s3v4", request_checksum_calculation="when_required")
    try:
        return boto3.client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        hint = _("Check the name, and the sign-in to the bucket (AWS_PROFILE, AWS_ENDPOINT_URL_S3).")
        raise ClientError(str(error), where=where, hint=hint) from error
