"""Tar: a header of 512 bytes, the bytes of the file, padding; long names in entries before it (GNU) or in records (pax).

After POSIX.1-2001 (pax) and the GNU extensions that common programs write. Sparse files, devices and volumes are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.common.formats.archives.bounds import PIECE, ArchiveError, Budget, Member, as_link
from portal.common.formats.archives.streams import Stream

BLOCK = 512
MOST_EXTRA = 1 << 20  # bytes of a long name or of pax records
EMPTY = bytes(BLOCK)
REGULAR = frozenset({b"0", b"\x00", b"7"})
FOLDER = b"5"
LINKS = frozenset({b"1", b"2"})
GNU_NAME, GNU_LINK = b"L", b"K"
PAX, PAX_GLOBAL = b"x", b"g"
REFUSED = {
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a sparse file",
    b"M": "a part of a file on several volumes",
    b"V": "a label of a volume",
}
_AGAIN = "Pack it again with tar --format=pax or ustar."


@dataclass
class _Extra:
    """What entries before a member say of it."""

    name: bytes | None = None
    link: bytes | None = None
    pax: dict[bytes, bytes] = field(default_factory=dict)


def tar_members(stream: Stream, *, budget: Budget) -> Iterator[tuple[Member, Iterator[bytes]]]:
    extra = _Extra()
    shared: dict[bytes, bytes] = {}
    while (header := _header(stream, budget)) is not None:
        kind = header[156:157]
        size = _size(header, extra, budget=budget, stream=stream)
        if kind in {GNU_NAME, GNU_LINK, PAX, PAX_GLOBAL}:
            _note(kind, _extra_bytes(stream, size, budget=budget), extra=extra, shared=shared, budget=budget)
            continue
        budget.count_entry()
        yield from _member(stream, header, size=size, extra=_with_shared(extra, shared), budget=budget)
        extra = _Extra()
    _check_end(stream, budget)


def _member(
    stream: Stream, header: bytes, *, size: int, extra: _Extra, budget: Budget
) -> Iterator[tuple[Member, Iterator[bytes]]]:
    kind = header[156:157]
    name, told = _name(header, extra)
    if kind == FOLDER or (kind in REGULAR and name.endswith(b"/")):
        budget.member(name.rstrip(b"/") + b"/", size=0, told=told)
        _skip(stream, size, budget=budget)
        return
    if kind not in REGULAR and kind not in LINKS:
        said = REFUSED.get(kind, f"an entry of the unknown kind {kind!r}")
        raise ArchiveError(_readable(name), f"it is {said}", hint="Pack regular files only.")
    is_link = kind in LINKS
    member = budget.member(name, size=0 if is_link else size, told=told)
    if member is None:
        _skip(stream, size, budget=budget)
    elif is_link:
        yield as_link(member, _readable(_link(header, extra))), iter(())
        _skip(stream, size if kind == b"2" else 0, budget=budget)
    else:
        body = _Body(stream, size, budget=budget, path=member.path)
        yield member, body
        body.finish()


class _Body:
    """The bytes of one member; what is not taken is passed over by `finish`."""

    def __init__(self, stream: Stream, size: int, *, budget: Budget, path: str) -> None:
        self._stream = stream
        self._left = size
        self._padding = -size % BLOCK
        self._budget = budget
        self._path = path

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            raise StopIteration
        data = self._stream.read(min(PIECE, self._left))
        if not data:
            raise ArchiveError(self._path, "the archive ends within it", hint="Pack it again; the file is cut off.")
        self._left -= len(data)
        return data

    def finish(self) -> None:
        for _piece in self:
            pass
        if len(self._stream.read(self._padding)) != self._padding:
            raise ArchiveError(self._path, "the archive ends behind it", hint="Pack it again; the file is cut off.")


def _skip(stream: Stream, size: int, *, budget: Budget) -> None:
    _Body(stream, size, budget=budget, path=budget.name).finish()


def _header(stream: Stream, budget: Budget) -> bytes | None:
    """Return the next header, None at the mark of the end; its checksum tells a header from anything else."""
    place = stream.offset
    header = stream.read(BLOCK)
    if header == EMPTY:
        return None
    where = f"{budget.name}, byte {place}"
    if len(header) < BLOCK:
        raise ArchiveError(where, "the archive ends without its mark of the end", hint="Pack it again; it is cut off.")
    plain = sum(header) - sum(header[148:156]) + 8 * 0x20
    if _octal(header[148:156]) != plain:
        raise ArchiveError(where, "there is no header of a tar entry", hint="Pack it again; the file is damaged.")
    return header


def _octal(field_bytes: bytes) -> int | None:
    """Return a number of a header: octal digits, or base 256 where the first bit is set; None where it is neither."""
    if field_bytes[0] & 0x80:
        return int.from_bytes(field_bytes, "big") & ((1 << (8 * len(field_bytes) - 1)) - 1)
    digits = field_bytes.split(b"\x00")[0].strip()
    if any(digit not in b"01234567" for digit in digits):
        return None
    return int(digits, 8) if digits else 0


def _size(header: bytes, extra: _Extra, *, budget: Budget, stream: Stream) -> int:
    size = _octal(header[124:136])
    if header[156:157] in REGULAR and (told := extra.pax.get(b"size")) is not None:
        size = int(told) if told.isdigit() and len(told) < 20 else None
    where = f"{budget.name}, byte {stream.offset - BLOCK}"
    if size is None:
        raise ArchiveError(where, "the size of the entry is no number", hint=_AGAIN)
    budget.check_size(where, size)
    return size


def _extra_bytes(stream: Stream, size: int, *, budget: Budget) -> bytes:
    if size > MOST_EXTRA:
        where = f"{budget.name}, byte {stream.offset}"
        raise ArchiveError(where, f"a name or its records have {size:,} bytes", hint=_AGAIN)
    budget.count_extra()
    data = stream.read(size)
    padding = stream.read(-size % BLOCK)
    if len(data) < size or len(padding) < -size % BLOCK:
        raise ArchiveError(budget.name, "the archive ends within a name", hint="Pack it again; the file is cut off.")
    return data


def _note(kind: bytes, data: bytes, *, extra: _Extra, shared: dict[bytes, bytes], budget: Budget) -> None:
    if kind == GNU_NAME:
        extra.name = data.split(b"\x00")[0]
    elif kind == GNU_LINK:
        extra.link = data.split(b"\x00")[0]
    else:
        (extra.pax if kind == PAX else shared).update(_pax(data, budget))


def _pax(data: bytes, budget: Budget) -> dict[bytes, bytes]:
    """Read records of length, space, key, equals sign, value and newline; the length counts all of it in decimal."""
    found: dict[bytes, bytes] = {}
    place = 0
    while place < len(data):
        if data[place] == 0 and data.count(0, place) == len(data) - place:
            break
        digits, space, _rest = data[place : place + 24].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        record = data[place + len(digits) + 1 : place + length]
        key, equals, value = record.partition(b"=")
        if not space or length <= len(digits) + 1 or not record.endswith(b"\n") or not equals:
            raise ArchiveError(budget.name, f"record {len(found) + 1} of a pax header cannot be read", hint=_AGAIN)
        if key.startswith(b"GNU.sparse"):
            raise ArchiveError(budget.name, "it holds a sparse file", hint=_AGAIN)
        found[key] = value[:-1]
        place += length
    return found


def _with_shared(extra: _Extra, shared: dict[bytes, bytes]) -> _Extra:
    """Global records hold for every member; only the charset of names would matter here, and that is UTF-8."""
    return _Extra(extra.name, extra.link, shared | extra.pax)


def _name(header: bytes, extra: _Extra) -> tuple[bytes, str]:
    """Return the name and its encoding where the format fixes it: pax records are UTF-8."""
    if (told := extra.pax.get(b"path")) is not None:
        return told, "utf-8"
    if extra.name is not None:
        return extra.name, ""
    name = header[:100].split(b"\x00")[0]
    prefix = header[345:500].split(b"\x00")[0] if header[257:263] == b"ustar\x00" else b""
    return (prefix + b"/" + name if prefix else name), ""


def _link(header: bytes, extra: _Extra) -> bytes:
    if (told := extra.pax.get(b"linkpath")) is not None:
        return told
    return extra.link if extra.link is not None else header[157:257].split(b"\x00")[0]


def _readable(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _check_end(stream: Stream, budget: Budget) -> None:
    """Behind the mark of the end come zeros; reading them also brings the checksum of a compressed stream."""
    while data := stream.read(PIECE):
        if data.count(0) != len(data):
            where = f"{budget.name}, byte {stream.offset - len(data)}"
            hint = "Programs differ in whether they read it. Pack one archive anew."
            raise ArchiveError(where, "something follows the end of the archive", hint=hint)
