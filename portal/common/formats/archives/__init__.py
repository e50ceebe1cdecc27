"""Archives read by streaming: zip, and tar plain or compressed. Nothing is extracted, no member is run, linked or unpickled.

A member is given with its bytes in the order of the file; what cannot be trusted ends the reading with `ArchiveError`,
what is merely not read (a link, an archive inside the archive) is given with the reason in `left_out`.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from portal.common.formats.archives.bounds import LIMITS, ArchiveError, Budget, Limits, Member
from portal.common.formats.archives.streams import OPENERS
from portal.common.formats.archives.tars import tar_members
from portal.common.formats.archives.zips import zip_members

__all__ = [
    "ENDINGS",
    "LIMITS",
    "ArchiveError",
    "Limits",
    "Member",
    "check_archive",
    "is_archive",
    "kind_by_content",
    "kind_by_name",
    "read_archive",
]

Entry = tuple[Member, Iterator[bytes]]
ENDINGS = {
    ".zip": "zip",
    ".tar": "tar",
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bzip2",
    ".tbz2": "bzip2",
    ".tar.xz": "xz",
    ".txz": "xz",
}
STARTS = {"zip": b"PK\x03\x04", "gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00"}
EMPTY_ZIP = b"PK\x05\x06"
TAR_MAGIC = (257, b"ustar")
HEAD = 512


def kind_by_name(name: str) -> str:
    """Return what the name promises: zip, tar, gzip, bzip2, xz, or "" for a name of no archive that is read."""
    lowered = PurePosixPath(name).name.lower()
    return next((kind for ending, kind in ENDINGS.items() if lowered.endswith(ending)), "")


def is_archive(name: str) -> bool:
    return bool(kind_by_name(name))


def kind_by_content(head: bytes) -> str:
    """Return what the first bytes are; a tar of the oldest form has no mark and is known by nothing but its checksum."""
    if head.startswith(EMPTY_ZIP):
        return "zip"
    if found := next((kind for kind, start in STARTS.items() if head.startswith(start)), ""):
        return found
    place, magic = TAR_MAGIC
    return "tar" if head[place : place + len(magic)] == magic else ""


def read_archive(stream: BinaryIO, *, name: str, limits: Limits = LIMITS) -> Iterator[Entry]:
    """Yield each regular file with its bytes in pieces; `stream` must be seekable and is read from its start.

    Bytes that are not taken before the next member are read and checked all the same. Folders are not given.
    """
    expected = kind_by_name(name)
    if not expected:
        raise ArchiveError(name, f"it ends in none of {', '.join(ENDINGS)}", hint="Pack the folder as .zip or .tar.gz.")
    stream.seek(0)
    head = stream.read(HEAD)
    found = kind_by_content(head)
    if found != expected and not (expected == "tar" and not found):
        said = found or "no archive that is read"
        raise ArchiveError(
            name,
            f"the content is {said}, its name promises {expected}",
            hint="Name it by what it is, or pack it again.",
        )
    stream.seek(0)
    budget = Budget(limits, name)
    if expected == "zip":
        yield from zip_members(stream, budget=budget)
    else:
        yield from tar_members(OPENERS[expected](stream, budget), budget=budget)


def check_archive(stream: BinaryIO, *, name: str, limits: Limits = LIMITS) -> list[Member]:
    """Read everything once, bytes and checksums, and return what is in it."""
    members = []
    for member, body in read_archive(stream, name=name, limits=limits):
        for _piece in body:
            pass
        members.append(member)
    return members
