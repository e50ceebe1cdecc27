"""The layout of version 0.1, `objects/ab/<sha256>` for all accounts together: only read from, when a store is moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.artifacts.stores.base import StoredObject
from portal.artifacts.stores.local import LocalStore


@dataclass(frozen=True)
class FlatStore(LocalStore):
    def object_path(self, owner: str, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / sha256

    def objects(self) -> Iterator[StoredObject]:
        for path in (self.root / "objects").glob("??/" + "?" * 64):
            status = path.stat()
            yield StoredObject("", path.name, status.st_size, status.st_mtime)
