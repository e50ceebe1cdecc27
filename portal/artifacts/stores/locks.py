"""Locks by name over the threads and processes of this machine; a killed holder lets go and leaves nothing behind."""

import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Somebody else holds it."""


@contextmanager
def name_lock(folder: Path, name: str, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Each name is one byte of one file (an open-file-description lock); names that share a byte only wait for each other."""
    folder.mkdir(parents=True, exist_ok=True)
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
    kind = fcntl.F_RDLCK if shared else fcntl.F_WRLCK
    descriptor = os.open(folder / "names", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, struct.pack("hhqqi0q", kind, os.SEEK_SET, place, 1, 0), wait=wait)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, request: bytes, *, wait: bool) -> None:
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK, request)
    except (BlockingIOError, PermissionError) as error:
        raise Busy from error
