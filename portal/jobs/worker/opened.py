"""Folders in memory beside the folder of an attempt, for what must never lie on a disk; they go when that folder goes."""

import hashlib
import os
from pathlib import Path

from portal.common.sandbox.leftovers import remove_tree

ROOT = Path(os.environ.get("MEMORY_DIR", "/dev/shm"))  # noqa: S108 - chosen because it is in memory
MARK = ".of"  # holds the path of the attempt's folder
IN_MEMORY = {"tmpfs", "ramfs"}


class NotInMemory(OSError):
    """The folder for what must stay in memory lies on a disk."""

    def __init__(self, folder: Path, kind: str) -> None:
        super().__init__(f"{folder} is a file system of the kind {kind}, not in memory; set MEMORY_DIR to one that is")


def memory_folder(workdir: Path) -> Path:
    """Make the folder of this attempt, readable by this account alone. Raises NotInMemory."""
    if (kind := kind_of(ROOT)) not in IN_MEMORY:
        raise NotInMemory(ROOT, kind)
    remove_orphans()
    folder = _place(workdir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).write_text(str(workdir), encoding="utf-8")
    return folder


def forget(workdir: Path) -> None:
    """Remove what this attempt had in memory, if anything."""
    folder = _place(workdir)
    if folder.is_dir():
        remove_tree(folder)


def remove_orphans() -> int:
    """Remove folders of attempts whose own folder is gone, such as those of a killed worker; how many."""
    removed = 0
    for mark in _rooms().glob(f"*/{MARK}"):
        if not Path(mark.read_text(encoding="utf-8")).is_dir():
            remove_tree(mark.parent)
            removed += 1
    return removed


def kind_of(folder: Path) -> str:
    """The kind of the file system a folder lies on, as the kernel tells it."""
    real, best, kind = str(folder.resolve()), "", "unknown"
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, point, found, *_ = line.split()
        if (real == point or real.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, found
    return kind


def _rooms() -> Path:
    return ROOT / f"portal-{os.getuid()}"


def _place(workdir: Path) -> Path:
    return _rooms() / hashlib.sha256(str(workdir).encode()).hexdigest()[:32]
