"""One bucket of S3-compatible object storage: the few requests that the store makes, and their errors in our words."""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from portal.artifacts.errors import ArtifactError

FULL = frozenset(
    {"QuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull", "EntityTooLarge"}
)
MISSING = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NotFound"})
CHANGED = frozenset({"412", "PreconditionFailed"})
CONNECTIONS = 64
_POOL = urllib3.PoolManager(maxsize=CONNECTIONS, timeout=urllib3.Timeout(connect=10, read=600), retries=False)


@dataclass(frozen=True)
class Access:
    """Where the bucket is and who we are there; empty key: whatever boto3 finds on the machine."""

    bucket: str
    url: str = ""
    public_url: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    key: str = ""
    secret: str = ""
    direct: bool = True


class Item(NamedTuple):
    """An object as a listing shows it; `key` without the bucket's prefix, `modified` in seconds of the epoch."""

    key: str
    size: int
    etag: str
    modified: float


class Signed(NamedTuple):
    """A request that may be sent by whoever holds it, until it expires: these headers and this length only."""

    url: str
    headers: dict[str, str]


class NotThere(Exception):
    """No such object, or another version of it than was asked for."""


@dataclass(frozen=True)
class Bucket:
    access: Access

    @property
    def client(self) -> Any:
        return connect(self.access, self.access.url)

    def key(self, name: str) -> str:
        return f"{self.access.prefix.strip('/')}/{name}".lstrip("/")

    def target(self, name: str) -> dict[str, str]:
        return {"Bucket": self.access.bucket, "Key": self.key(name)}

    def sign_put(self, name: str, *, length: int, sha256: str, seconds: int, public: bool) -> Signed:
        """Bound to the length and, where it is known, to the digest: a strict store takes no other bytes."""
        client = connect(self.access, self.access.public_url or self.access.url) if public else self.client
        parameters = {**self.target(name), "ContentLength": length}
        headers = {}
        if sha256:
            headers["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
            headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
            parameters |= {"ChecksumSHA256": headers["x-amz-checksum-sha256"], "ChecksumAlgorithm": "SHA256"}
        with store_errors():
            url = client.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)
        return Signed(str(url), headers)

    def send(self, signed: Signed, body: Iterable[bytes], *, length: int) -> None:
        """Stream a body of known length; what `body` raises passes through, and the store discards what it has got."""
        headers = {**signed.headers, "Content-Length": str(length), "Content-Type": "application/octet-stream"}
        with store_errors():
            answer = _POOL.request("PUT", signed.url, body=body, headers=headers)
        if answer.status >= 400:
            raise answered(answer.status, answer.data[:2000].decode(errors="replace"))

    def put(self, name: str, data: bytes) -> None:
        with store_errors():
            self.client.put_object(**self.target(name), Body=data)

    def head(self, name: str) -> dict[str, Any]:
        with store_errors():
            return dict(self.client.head_object(**self.target(name), ChecksumMode="ENABLED"))

    def get(self, name: str, *, start: int, end: int, etag: str = "") -> Any:
        """A stream of the bytes from `start` to `end`, of that version if one is named."""
        version = {"IfMatch": etag} if etag else {}
        with store_errors():
            return self.client.get_object(**self.target(name), Range=f"bytes={start}-{end - 1}", **version)["Body"]

    def items(self, name: str) -> Iterator[Item]:
        """Objects whose names begin like this, in the order of their names."""
        with store_errors():
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.access.bucket, Prefix=self.key(name)):
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self.key(""))
                    yield Item(key, int(item["Size"]), item["ETag"], item["LastModified"].timestamp())

    def multiparts(self, name: str) -> Iterator[tuple[str, str, float]]:
        """Name, id and start of every assembly that nobody has finished."""
        with store_errors():
            pages = self.client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.access.bucket, Prefix=self.key(name)):
                for item in page.get("Uploads", ()):
                    yield item["Key"].removeprefix(self.key("")), item["UploadId"], item["Initiated"].timestamp()

    def abort(self, name: str, upload_id: str) -> None:
        with store_errors(), missing_is_fine():
            self.client.abort_multipart_upload(**self.target(name), UploadId=upload_id)

    def delete_all(self, names: Iterable[str]) -> None:
        """Each with its former versions: a bucket that keeps versions keeps bytes otherwise."""
        for name in names:
            with store_errors():
                for version in self._versions(name):
                    self.client.delete_object(**self.target(name), VersionId=version)
                self.client.delete_object(**self.target(name))

    def _versions(self, name: str) -> list[str]:
        if not versioned(self.access):
            return []
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.access.bucket, Prefix=self.key(name)
        )
        rows = (row for page in pages for kind in ("Versions", "DeleteMarkers") for row in page.get(kind, ()))
        return [row["VersionId"] for row in rows if row["Key"] == self.key(name)]


@cache
def connect(access: Access, url: str) -> Any:
    """Clients are slow to make and safe to share between threads."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if url else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "max_attempts": 5},
        max_pool_connections=CONNECTIONS,
        connect_timeout=10,
        read_timeout=120,
    )
    keys = {"aws_access_key_id": access.key or None, "aws_secret_access_key": access.secret or None}
    return boto3.client("s3", endpoint_url=url or None, region_name=access.region, config=config, **keys)


@cache
def versioned(access: Access) -> bool:
    """Whether the bucket keeps, or once kept, former versions; a store without the notion says an error."""
    try:
        answer = connect(access, access.url).get_bucket_versioning(Bucket=access.bucket)
    except ClientError:
        return False
    except BotoCoreError as error:
        raise unreachable(str(error)) from error
    return bool(answer.get("Status"))


@contextmanager
def store_errors() -> Iterator[None]:
    """What the store says, as refusals that the caller's caller understands."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING | CHANGED:
            raise NotThere(code) from error
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        raise answered(status, str(error)) from error
    except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
        raise unreachable(str(error)) from error


@contextmanager
def missing_is_fine() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in MISSING:
            raise


def answered(status: int, text: str) -> ArtifactError:
    if status == 507 or any(code in text for code in FULL):
        return ArtifactError(
            "disk_short",
            "The object storage is full.",
            hint="Nothing stored is lost. Try again when the operator has made room.",
        )
    return unreachable(f"status {status}")


def unreachable(reason: str) -> ArtifactError:
    """The reason is for the operator's log; the sender needs to know only that trying again helps."""
    return ArtifactError(
        "store_unreachable",
        f"The object storage did not take or give the bytes ({reason[:200]}).",
        hint="Nothing stored is lost. Try again in a moment.",
    )
