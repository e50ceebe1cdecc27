"""Source files of a folder and of the archives in it, as text with the line numbers that a reader sees.

Nothing is extracted: members of an archive are read as a stream. What is not compared is listed with its reason.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from originality.core.code.tokens import language_of
from portal.common.formats.archives import LIMITS, ArchiveError, Limits, is_archive, read_archive
from portal.common.formats.archives.bounds import LINK, NOT_OPENED

LARGEST = 2 << 20  # bytes of a file that is compared; larger ones are data or generated
MOST_BYTES = 128 << 20  # bytes of all files that are compared
MOST_FILES = 20_000
LONGEST_LINES = 400  # characters of a line on average; minified or generated text has more
LONGEST_LINE = 20_000  # characters of any line
FEWEST_MINIFIED = 4000  # characters from which lines are judged
NOTICES = ("license", "licence", "copying", "notice", "readme", "copyright", "authors", "third_party", "third-party")
NOTEBOOK = ".ipynb"
ENCODINGS = ("utf-8-sig", "cp949")
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
TOO_MUCH = "there are more files or bytes than are compared"
TOO_LARGE = "larger than a file that is compared"
NO_TEXT = "not text in UTF-8, UTF-16 or CP949"
NO_NOTEBOOK = "a notebook that is not JSON of cells"
MINIFIED = "its lines are longer than people write: generated or minified"
TOO_SLOW = "cutting it into tokens takes too long"
BROKEN = "the archive cannot be read from here on"
REASONS = (TOO_MUCH, TOO_LARGE, NO_TEXT, NO_NOTEBOOK, MINIFIED, TOO_SLOW, BROKEN, LINK, NOT_OPENED)
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(NamedTuple):
    """A file that is compared; of a notice (LICENSE, NOTICE, README) `language` is empty and only its words are read."""

    path: str
    text: str
    language: str


class LeftOut(NamedTuple):
    """A file that is not compared: one of `REASONS`, and what belongs to this file alone."""

    path: str
    reason: str
    detail: str = ""


def read_sources(folder: Path, *, limits: Limits = LIMITS) -> Iterator[Source | LeftOut]:
    """Yield the files in the order of their names; beyond the bounds one row says what was not read."""
    files = held = 0
    for item in _contents(folder, limits):
        if isinstance(item, LeftOut):
            yield item
            continue
        path, content = item
        files, held = files + 1, held + len(content)
        if files > MOST_FILES or held > MOST_BYTES:
            yield LeftOut(path, TOO_MUCH, f"{MOST_FILES:,} · {MOST_BYTES >> 20} MiB")
            return
        yield source_of(path, content)


def source_of(path: str, content: bytes) -> Source | LeftOut:
    """Decode one file; what is no text, or text that nobody wrote, is left out. Characters that hide or turn text are shown."""
    text = _decoded(content)
    if text is None:
        return LeftOut(path, NO_TEXT)
    if PurePosixPath(path).suffix.lower() == NOTEBOOK:
        text = _cells(text)
        if text is None:
            return LeftOut(path, NO_NOTEBOOK)
    if _is_minified(text):
        return LeftOut(path, MINIFIED)
    return Source(path, HIDDEN.sub("\ufffd", text), language_of(path))


def _is_minified(text: str) -> bool:
    if len(text) <= FEWEST_MINIFIED:
        return False
    lines = text.split("\n")
    return len(text) > LONGEST_LINES * len(lines) or max(map(len, lines)) > LONGEST_LINE


def is_notice(path: str) -> bool:
    return PurePosixPath(path).name.lower().startswith(NOTICES)


def _is_read(path: str) -> bool:
    return bool(language_of(path)) or is_notice(path)


def _contents(folder: Path, limits: Limits) -> Iterator[tuple[str, bytes] | LeftOut]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if is_archive(name):
            yield from _members(path, name, limits)
        elif _is_read(name):
            size = path.stat().st_size
            yield (name, path.read_bytes()) if size <= LARGEST else _too_large(name, size)


def _members(path: Path, name: str, limits: Limits) -> Iterator[tuple[str, bytes] | LeftOut]:
    """A broken archive costs what follows the break, with the place said; what came before it stays."""
    with path.open("rb") as stream:
        try:
            for member, body in read_archive(stream, name=name, limits=limits):
                inner = f"{name}/{member.path}"
                if member.left_out:
                    yield LeftOut(inner, member.left_out, member.target)
                elif _is_read(member.path):
                    yield (inner, b"".join(body)) if member.size <= LARGEST else _too_large(inner, member.size)
        except ArchiveError as error:
            yield LeftOut(name, BROKEN, str(error))


def _too_large(path: str, size: int) -> LeftOut:
    return LeftOut(path, TOO_LARGE, f"{size:,} > {LARGEST:,} bytes")


def _decoded(content: bytes) -> str | None:
    """Return the text with one kind of line end. UTF-16 needs its mark; a NUL elsewhere is no text."""
    encodings = ("utf-16",) if content.startswith(UTF16) else ENCODINGS
    if encodings == ENCODINGS and b"\x00" in content:
        return None
    for encoding in encodings:
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return None


def _cells(text: str) -> str | None:
    """Return the code cells of a notebook one below another; lines that IPython alone understands become comments."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        return None
    found = []
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source")
            lines = source if isinstance(source, list) else [source]
            found.append("".join(line for line in lines if isinstance(line, str)))
    joined = "\n".join(found)
    return "\n".join(f"# {line}" if line.lstrip().startswith(("%", "!")) else line for line in joined.split("\n"))
