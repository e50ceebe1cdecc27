"""The kinds of store that a benchmark can ask for, as the environment of the portal's processes."""

import base64
import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from tools import services

STORES = ("local", "sealed", "s3", "s3-sealed")
BUCKET = "checkpoints"
QUIET_MOTO = """
import os, sys
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a line for every request
from moto.server import main
main(sys.argv[1:])
"""


@contextlib.contextmanager
def store_environment(store: str, folder: Path) -> Iterator[dict[str, str]]:
    """Settings of the store; an object storage runs as a process as long as they are used."""
    sealing = {"STORE_KEY_FILE": str(write_key(folder / "store.key"))} if "sealed" in store else {}
    if not store.startswith("s3"):
        yield sealing
        return
    port = services.free_port()
    command = [sys.executable, "-c", QUIET_MOTO, "-H", "127.0.0.1", "-p", str(port)]
    with services.server(command, ready=lambda: services.accepts(port)):
        environment = {
            "OBJECT_STORE_BUCKET": BUCKET,
            "OBJECT_STORE_URL": f"http://127.0.0.1:{port}",
            "OBJECT_STORE_KEY": "benchmark",
            "OBJECT_STORE_SECRET": secrets.token_hex(16),
        }
        make_bucket(environment)
        yield {**sealing, **environment}


def write_key(path: Path) -> Path:
    """One master key as `manage.py store_keys new` writes it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
    return path


def make_bucket(environment: dict[str, str]) -> None:
    import boto3

    boto3.client(
        "s3",
        endpoint_url=environment["OBJECT_STORE_URL"],
        aws_access_key_id=environment["OBJECT_STORE_KEY"],
        aws_secret_access_key=environment["OBJECT_STORE_SECRET"],
        region_name="us-east-1",
    ).create_bucket(Bucket=BUCKET)
