"""What a program left in its folder: found and taken away without recursion, because a program may nest folders by the thousand."""

import contextlib
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

DEEPEST = 64  # levels below a working folder that are looked into
LONGEST = 3500  # bytes of a path: with one more name it stays below the kernel's 4096
KEPT = (stat.S_IFREG, stat.S_IFDIR)
SET_ID = stat.S_ISUID | stat.S_ISGID


class TooDeep(OSError):
    """Folders are nested more deeply than anything sound needs."""


def entries(folder: Path, *, without: Collection[str] = ()) -> Iterator[os.DirEntry[str]]:
    """Everything below, no link followed; folders named in `without` are passed by. Raises TooDeep."""
    waiting = [(str(folder), 0)]
    while waiting:
        path, depth = waiting.pop()
        if depth > DEEPEST or len(os.fsencode(path)) > LONGEST:
            raise TooDeep(f"folders are nested more than {DEEPEST} deep")
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(path) as found:
            for entry in found:
                if entry.path in without:
                    continue
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))


def sweep(folder: Path, *, without: Collection[str] = ()) -> None:
    """Leave plain files and folders alone: no links, pipes or sockets, no file that lends its owner's rights, no abyss."""
    try:
        for entry in entries(folder, without=without):
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_IFMT(mode) not in KEPT:
                Path(entry.path).unlink()
            elif mode & SET_ID:
                Path(entry.path).chmod(stat.S_IMODE(mode) & ~SET_ID)
    except TooDeep:
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False) and entry.path not in without:
                remove_tree(Path(entry.path))


def remove_tree(top: Path) -> None:
    """Remove a folder and all below, whatever its depth and its rights: what is nested is first moved up beside the rest."""
    top.chmod(0o700)
    waiting, moved = [top], 0
    while waiting:
        folder = waiting.pop()
        for entry in list(os.scandir(folder)):
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
                continue
            if folder == top:
                target = Path(entry.path)
            else:
                moved += 1
                target = free_name(top, moved)
                Path(entry.path).chmod(0o700)
                Path(entry.path).rename(target)
            target.chmod(0o700)
            waiting.append(target)
        if folder != top:
            folder.rmdir()
    top.rmdir()


def free_name(top: Path, number: int) -> Path:
    """A name beside the folders that are still to be emptied; an empty folder of that name is taken over by the rename."""
    while os.path.lexists(target := top / f".removed-{number}-{os.getpid()}"):
        number += 1_000_003
    return target
