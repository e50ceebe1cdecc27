"""The sample as it was handed in, read in bounds: JSON lines or plain text, as one stream of normalised pieces."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from evaluation.core.contamination.index import Piece
from evaluation.core.contamination.text import LETTERS, normalised
from evaluation.core.errors import InputError

LINES = (".jsonl", ".ndjson")
TEXTS = (".txt", ".md")
LINE_BYTES = 16 << 20
PIECE = 1 << 18  # characters; a longer document is cut with an overlap that no n-gram is longer than
OVERLAP = 16 * LETTERS
BATCH = 1 << 21  # characters that are looked through at once
MOST_FILES = 20_000
MOST_BYTES = 256 << 30
MOST_UNREADABLE = 0.5  # of the lines: above that the sample is not what it says


class SampleError(InputError):
    """The declared sample cannot be compared with anything."""


@dataclass
class Counts:
    """What was read. `documents` are lines of JSON or paragraphs of text; `characters` after normalisation."""

    files: int = 0
    bytes: int = 0
    documents: int = 0
    unreadable: int = 0
    characters: int = 0


def batches(folder: Path, counts: Counts) -> Iterator[list[Piece]]:
    """The whole sample, some megabytes at a time; `counts` grows with it."""
    batch: list[Piece] = []
    size = 0
    for path in files_of(folder):
        counts.files += 1
        for piece in pieces_of(path, name=path.relative_to(folder).as_posix(), counts=counts):
            batch.append(piece)
            size += len(piece.text)
            if size >= BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
    if counts.documents == 0:
        raise SampleError(folder.name, "holds no text; hand in JSON lines (.jsonl) or plain text (.txt)")
    if counts.unreadable > MOST_UNREADABLE * (counts.documents + counts.unreadable):
        raise SampleError(
            folder.name, f"{counts.unreadable} of {counts.documents + counts.unreadable} lines are not JSON"
        )


def files_of(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in found:
        if path.suffix.lower() not in (*LINES, *TEXTS):
            raise SampleError(
                path.name, "is of no kind that can be read here; hand in .jsonl, .ndjson, .txt or .md, not compressed"
            )
    if len(found) > MOST_FILES:
        raise SampleError(folder.name, f"has {len(found)} files; put them together into at most {MOST_FILES}")
    if (total := sum(path.stat().st_size for path in found)) > MOST_BYTES:
        raise SampleError(folder.name, f"has {total} bytes; a sample has at most {MOST_BYTES}")
    return found


def pieces_of(path: Path, *, name: str, counts: Counts) -> Iterator[Piece]:
    read = json_texts if path.suffix.lower() in LINES else paragraphs
    with path.open("rb") as file:
        for number, text in read(file, counts):
            plain = normalised(text)
            counts.characters += len(plain)
            for start in range(0, max(1, len(plain)), PIECE):
                yield Piece((name, number), plain[max(0, start - OVERLAP) : start + PIECE])


def lines_of(file: BinaryIO, counts: Counts) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers; the rest of one that is too long is passed over and counted as unreadable."""
    number, whole = 0, True
    while line := file.readline(LINE_BYTES):
        counts.bytes += len(line)
        ends = line.endswith(b"\n") or len(line) < LINE_BYTES
        if whole:
            number += 1
            if ends:
                yield number, line
            else:
                counts.unreadable += 1
        whole = ends


def json_texts(file: BinaryIO, counts: Counts) -> Iterator[tuple[int, str]]:
    for number, line in lines_of(file, counts):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            counts.unreadable += 1
            continue
        counts.documents += 1
        yield number, " ".join(strings_in(value))


def strings_in(value: Any) -> Iterator[str]:
    """Every text of a record in its order, however deep it lies; names of fields are none."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list):
            waiting.extend(reversed(one))


def paragraphs(file: BinaryIO, counts: Counts) -> Iterator[tuple[int, str]]:
    """Stretches between empty lines, under the number of their first line; lines of one are put together by a space."""
    held: list[str] = []
    first = size = 0
    for number, line in lines_of(file, counts):
        text = line.decode("utf-8", "replace")
        if text.strip() and size < PIECE:
            first = first or number
            held.append(text)
            size += len(text)
            continue
        if held:
            counts.documents += 1
            yield first, " ".join(held)
        held = [*held[-1:], text] if text.strip() else []  # a long stretch goes on with its last line once more
        first, size = (number, len(text)) if held else (0, 0)
    if held:
        counts.documents += 1
        yield first, " ".join(held)
