"""Text logs as UTF-8 bytes, whatever they were written in; lines of any length in bounded memory."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

BLOCK = 4 << 20
HEAD = 64 << 10
LONGEST_LINE = 4 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> tuple[str, int] | None:
    """Encoding and length of its mark; None where these bytes are no text."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name, len(mark)
    zeros = [head[side::2].count(0) * 2 for side in (0, 1)]
    if len(head) >= 4 and max(zeros) > 0.4 * len(head) and min(zeros) < 0.05 * len(head):
        return ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"), 0
    if 0 in head or sum(head.count(sign) for sign in range(1, 9)) > len(head) / 100:
        return None
    for name in ("utf-8", "cp949"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            decoder.decode(head)
        except UnicodeDecodeError:
            continue
        return name, 0
    return "utf-8", 0  # damaged places are replaced and told


class TextBytes:
    """A file read as UTF-8; `damaged` says that bytes were replaced that are no text in its encoding."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        head = self._file.read(HEAD)
        found = encoding_of(head)
        self.text = found is not None
        self.encoding, skip = found or ("", 0)
        self.damaged = False
        self.head = head[skip:].decode(self.encoding, errors="replace") if found else ""
        self._decoder = None
        if self.encoding != "utf-8" and self.text:
            self._decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        self._file.seek(skip)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = BLOCK) -> bytes:
        """The next bytes, about `size`; empty at the end."""
        data = self._file.read(size)
        if self._decoder is None:
            return data
        text = self._decoder.decode(data, final=not data)
        while data and not text:
            data = self._file.read(size)
            text = self._decoder.decode(data, final=not data)
        self.damaged = self.damaged or "\ufffd" in text
        return text.encode("utf-8", errors="replace")


class Lines(NamedTuple):
    """Whole lines, joined by line feeds, and the number of the first; `too_long` marks one line that is left out."""

    first: int
    data: bytes
    too_long: bool = False


def blocks_of_lines(source: TextBytes, *, longest: int = LONGEST_LINE) -> Iterator[Lines]:
    """Yield a text in blocks of whole lines; a line longer than `longest` bytes is passed over and told."""
    number, held, skipping = 1, b"", False
    while data := source.read():
        if skipping:
            end = data.find(b"\n")
            if end < 0:
                continue
            data, skipping, number = data[end + 1 :], False, number + 1
        held += data
        cut = held.rfind(b"\n") + 1
        if cut:
            block, held = held[:cut], held[cut:]
            yield Lines(number, block)
            number += block.count(b"\n")
        if len(held) > longest:
            yield Lines(number, b"", too_long=True)
            held, skipping = b"", True
    if held:
        yield Lines(number, held)
