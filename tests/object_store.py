"""A real S3-compatible server in a process of its own, and buckets in it. It checks no signatures and no checksums."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config

from tests.servers import wait_until_up
from tools.services import free_port

START_SECONDS = 120  # machines are shared
KEY, SECRET, REGION = "portal", "not-a-secret", "us-east-1"

_names = count(1)


class ObjectServer(NamedTuple):
    url: str
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> Any:
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        return boto3.client("s3", endpoint_url=self.url, config=config, **keys)

    def new_bucket(self) -> str:
        name = f"bucket-{os.getpid()}-{next(_names)}"
        self.client.create_bucket(Bucket=name)
        return name

    def settings(self, bucket: str, **changes: Any) -> dict[str, Any]:
        """The portal's OBJECT_STORE."""
        place = {"bucket": bucket, "url": self.url, "region": REGION, "key": KEY, "secret": SECRET, "prefix": "portal"}
        return {**place, **changes}

    @property
    def sign_in(self) -> dict[str, str]:
        """What boto3 reads from the environment."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }


@contextmanager
def serve_objects() -> Iterator[ObjectServer]:
    """Ends with the block; everything in it is kept in its memory and its temporary files only."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    tiny_parts = {**os.environ, "S3_UPLOAD_PART_MIN_SIZE": "1"}
    process = subprocess.Popen(command, env=tiny_parts, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/moto-api/", process, seconds=START_SECONDS)
        yield ObjectServer(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    """One for the whole run: each test takes a bucket of its own."""
    with serve_objects() as server:
        yield server
