"""Zip: the directory at the end says what there is, each local header must say the same, and no two files may share bytes.

After APPNOTE 6.3 (PKWARE): stored and deflated entries; no encryption, no zip64, no several volumes.
"""

import stat
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from portal.common.formats.archives.bounds import PIECE, ArchiveError, Budget, Member, as_link

END = struct.Struct("<4s4H2LH")
CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
END_MARK, CENTRAL_MARK, LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
LONGEST_COMMENT = 0xFFFF
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
ENCRYPTED, STREAMED, STRONG, UTF8 = 0x1, 0x8, 0x40, 0x800
STORED, DEFLATED = 0, 8
METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES"}
UNIX = (3, 19)  # systems whose entries carry a file mode: Unix, macOS
LONGEST_LINK = 4096
MOST_DIRECTORY = 64 << 20  # bytes
_AGAIN = "Pack it again; the file is damaged."


class _Entry(NamedTuple):
    """A line of the directory; sizes and places in bytes of the file."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    mode: int


def zip_members(stream: BinaryIO, *, budget: Budget) -> Iterator[tuple[Member, Iterator[bytes]]]:
    entries, directory = _directory(stream, budget)
    for entry in entries:
        budget.count_entry()
        _check(entry, budget)
    packed, end = 0, 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        begin, end = _span(stream, entry, after=end, before=directory, budget=budget)
        packed += entry.packed
        member = budget.member(entry.name, size=entry.size, told="utf-8" if entry.flags & UTF8 else "")
        if member is None or entry.name.endswith(b"/"):
            _check_folder(entry, budget)
            continue
        body = _body(stream, entry, begin=begin, packed=packed, budget=budget, path=member.path)
        if stat.S_ISLNK(entry.mode):
            yield as_link(member, _target(body)), iter(())
            continue
        yield member, body
        for _piece in body:
            pass


def _directory(stream: BinaryIO, budget: Budget) -> tuple[list[_Entry], int]:
    """Return the lines of the directory and where it begins; it must reach exactly to the record at the end."""
    length = stream.seek(0, 2)
    tail_start = max(0, length - END.size - LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read(END.size + LONGEST_COMMENT)
    place = tail.rfind(END_MARK)
    if place < 0 or place + END.size > len(tail):
        raise ArchiveError(budget.name, "the directory at its end is missing", hint="Pack it again; it is cut off.")
    _, disk, first, here, count, size, start, comment = END.unpack_from(tail, place)
    if place + END.size + comment != len(tail):
        raise ArchiveError(budget.name, "bytes follow its end", hint=_AGAIN)
    if FULL_16 in (here, count) or FULL_32 in (size, start):
        hint = f"Pack the source code alone (at most {budget.limits.entries:,} files), or as .tar.gz."
        raise ArchiveError(budget.name, "it is written as zip64, for many or large files", hint=hint)
    if disk or first or here != count:
        raise ArchiveError(budget.name, "it is one of several volumes", hint="Pack it into one file.")
    if count > budget.limits.entries:
        hint = "Pack the source code alone, without data, caches and environments."
        raise ArchiveError(budget.name, f"it has {count:,} entries, more than {budget.limits.entries:,}", hint=hint)
    if start + size != tail_start + place or size > MOST_DIRECTORY:
        raise ArchiveError(budget.name, f"its directory is not where its end says (byte {start})", hint=_AGAIN)
    stream.seek(start)
    return _lines(stream.read(size), count=count, budget=budget), start


def _lines(data: bytes, *, count: int, budget: Budget) -> list[_Entry]:
    """The directory is as long as the file at most and holds at most 65,534 lines."""
    found, place = [], 0
    for number in range(1, count + 1):
        if place + CENTRAL.size > len(data) or data[place : place + 4] != CENTRAL_MARK:
            raise ArchiveError(f"{budget.name}, entry {number}", "its line of the directory is broken", hint=_AGAIN)
        line = CENTRAL.unpack_from(data, place)
        name, extra, comment = line[10], line[11], line[12]
        begin = place + CENTRAL.size
        mode = line[15] >> 16 if line[1] >> 8 in UNIX else 0
        found.append(
            _Entry(
                name=data[begin : begin + name],
                flags=line[3],
                method=line[4],
                crc=line[7],
                packed=line[8],
                size=line[9],
                start=line[16],
                mode=mode,
            )
        )
        place = begin + name + extra + comment
    if place != len(data):
        raise ArchiveError(budget.name, f"its directory has {len(data) - place} bytes too many", hint=_AGAIN)
    return found


def _check(entry: _Entry, budget: Budget) -> None:
    """Refuse what a line of the directory alone shows."""
    where = _readable(entry.name)
    if entry.flags & (ENCRYPTED | STRONG):
        raise ArchiveError(where, "it is encrypted", hint="Pack it without a password; the portal keeps it sealed.")
    if entry.method not in {STORED, DEFLATED}:
        said = METHODS.get(entry.method, f"method {entry.method}")
        raise ArchiveError(where, f"it is packed with {said}", hint="Pack it with the common method (deflate).")
    if FULL_32 in (entry.packed, entry.size, entry.start):
        raise ArchiveError(where, "it is written as zip64", hint="Pack it as .tar.gz.")
    if entry.mode and stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK}:
        raise ArchiveError(where, "it is a device or a pipe", hint="Pack regular files only.")
    budget.check_size(where, entry.size)
    limits = budget.limits
    if entry.size > limits.free and entry.size > limits.ratio * max(entry.packed, 1):
        message = f"it says that it unpacks to {entry.size // max(entry.packed, 1):,} times its size"
        raise ArchiveError(where, message, hint="Source code never does; take the file out.")


def _span(stream: BinaryIO, entry: _Entry, *, after: int, before: int, budget: Budget) -> tuple[int, int]:
    """Return where the bytes of an entry lie; its local header must say what the directory says."""
    where = _readable(entry.name)
    if entry.start < after:
        raise ArchiveError(where, "it shares bytes with another entry", hint="Pack it again with a common program.")
    stream.seek(entry.start)
    raw = stream.read(LOCAL.size)
    if len(raw) < LOCAL.size or raw[:4] != LOCAL_MARK:
        raise ArchiveError(where, f"there is no header at byte {entry.start}", hint=_AGAIN)
    _, _, flags, method, _, _, crc, packed, size, name, extra = LOCAL.unpack(raw)
    same = stream.read(name) == entry.name and method == entry.method and (flags ^ entry.flags) & ~STREAMED == 0
    if not (flags & STREAMED):
        same = same and (crc, packed, size) == (entry.crc, entry.packed, entry.size)
    if not same:
        raise ArchiveError(where, "its own header and the directory disagree", hint="Pack it again.")
    begin = entry.start + LOCAL.size + name + extra
    if begin + entry.packed > before:
        raise ArchiveError(where, "it reaches beyond the files of the archive", hint=_AGAIN)
    return begin, begin + entry.packed


def _body(stream: BinaryIO, entry: _Entry, *, begin: int, packed: int, budget: Budget, path: str) -> Iterator[bytes]:
    """Yield the bytes; what comes out must have the length and the checksum that the directory says."""
    inflate = zlib.decompressobj(wbits=-15) if entry.method == DEFLATED else None
    crc = count = 0
    for piece in _pieces(stream, entry, begin=begin, inflate=inflate, path=path):
        count += len(piece)
        if count > entry.size:
            break
        crc = zlib.crc32(piece, crc)
        budget.count_bytes(len(piece), packed=packed)
        yield piece
    if count != entry.size or crc != entry.crc or (inflate is not None and not inflate.eof):
        raise ArchiveError(path, "its bytes do not have the length and checksum that the archive says", hint=_AGAIN)


def _pieces(
    stream: BinaryIO, entry: _Entry, *, begin: int, inflate: "zlib._Decompress | None", path: str
) -> Iterator[bytes]:
    """Read `entry.packed` bytes from `begin`; the place is set anew each time, the caller may read elsewhere between."""
    place, end = begin, begin + entry.packed
    while place < end:
        stream.seek(place)
        data = stream.read(min(PIECE, end - place))
        if not data:
            raise ArchiveError(path, "the archive ends within it", hint="Pack it again; it is cut off.")
        place += len(data)
        if inflate is None:
            yield data
            continue
        yield from _inflated(inflate, data, path=path)
        if inflate.eof and (inflate.unused_data or place < end):
            raise ArchiveError(path, "bytes follow the end of its content", hint=_AGAIN)
    if inflate is not None:
        yield from _inflated(inflate, b"", path=path)


def _inflated(inflate: "zlib._Decompress", data: bytes, *, path: str) -> Iterator[bytes]:
    """Unpack in pieces; output may still be waiting when every input byte was taken."""
    while not inflate.eof:
        try:
            piece = inflate.decompress(data, PIECE)
        except zlib.error as error:
            raise ArchiveError(path, f"it does not unpack ({error})", hint=_AGAIN) from error
        data = inflate.unconsumed_tail
        if not piece and not data:
            return
        yield piece


def _check_folder(entry: _Entry, budget: Budget) -> None:
    if entry.size or entry.packed > 2:  # an empty deflated stream has two bytes
        raise ArchiveError(_readable(entry.name), "it is a folder with content", hint="Pack it again.")


def _target(body: Iterator[bytes]) -> str:
    """Return where a link points to; in a zip this is the content of the entry."""
    found = b""
    for piece in body:
        found = (found + piece)[:LONGEST_LINK]
    return _readable(found)


def _readable(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
