"""Folders of a worker. A lock that dies with its process tells leftovers from folders in use."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from portal.common.sandbox.leftovers import remove_tree
from portal.jobs.worker.opened import forget, remove_orphans

LOCK = ".lock"


class Workroom:
    """`root/<host>-<pid>/`, locked for as long as this process lives."""

    def __init__(self, root: Path) -> None:
        self.host = socket.gethostname()
        self.name = f"{self.host}-{os.getpid()}"
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_leftovers(root, host=self.host)
        remove_orphans()
        self.folder = root / self.name
        with one_at_a_time(root):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._lock = (self.folder / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @contextmanager
    def folder_for(self, job_id: int, fence: int) -> Iterator[Path]:
        folder = self.folder / f"{job_id}-{fence}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            forget(folder)
            remove_tree(folder)

    def close(self) -> None:
        with one_at_a_time(self.root):
            remove_tree(self.folder)
        self._lock.close()


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """No folder comes or goes meanwhile: a new one is not a leftover before its lock is held."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def remove_leftovers(root: Path, *, host: str) -> int:
    """Remove folders of workers of this host that no longer live; how many."""
    removed = 0
    with one_at_a_time(root):
        for folder in root.glob(f"{host}-*"):
            with (folder / LOCK).open("a") as lock:
                if is_free(lock):
                    remove_tree(folder)
                    removed += 1
    return removed


def is_free(lock: IO[Any]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
