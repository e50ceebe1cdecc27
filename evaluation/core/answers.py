"""The answers of a run to every item, as one gzip file of JSON lines, read in bounds.

The file is written by our own harness, yet it quotes what a model said: nothing in it is trusted to be short.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

LINE_BYTES = 16 << 20  # one item with every prompt and answer
PAGE_BYTES = 64 << 20  # what a page may unpack
FILE_BYTES = 8 << 30  # what a job may unpack


class AnswersError(ValueError):
    """The file is not what a run leaves: which line, and what is wrong with it."""


class Member(NamedTuple):
    """A stretch of items of one task that is unpacked alone: `length` bytes of the file from `offset` on."""

    task: str
    first: int
    n: int
    offset: int
    length: int


def read_answers(file: BinaryIO, *, most: int = FILE_BYTES) -> Iterator[dict[str, Any]]:
    """Every line in the order in which it was written; more than `most` unpacked bytes raise AnswersError."""
    left = most
    with gzip.GzipFile(fileobj=file) as lines:
        for number in range(1, most + 2):
            line = _line(lines, number)
            if not line:
                return
            left -= len(line)
            if left < 0:
                raise AnswersError(f"The answers are larger than {most} bytes from line {number} on.")
            yield _parsed(line, number)


def _line(lines: gzip.GzipFile, number: int) -> bytes:
    try:
        line = lines.readline(LINE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise AnswersError(f"Line {number} of the answers cannot be unpacked: {error}.") from error
    if len(line) > LINE_BYTES:
        raise AnswersError(f"Line {number} of the answers is longer than {LINE_BYTES} bytes.")
    return line


def _parsed(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise AnswersError(f"Line {number} of the answers is not JSON: {error}.") from error
    if not isinstance(found, dict) or not isinstance(found.get("task"), str):
        raise AnswersError(f"Line {number} of the answers names no task.")
    return found


def read_member(file: BinaryIO, member: Member) -> list[dict[str, Any]]:
    """The items of one stretch, without unpacking what lies before it."""
    file.seek(member.offset)
    packed = file.read(member.length)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(packed, PAGE_BYTES)
    except zlib.error as error:
        raise AnswersError(f"The answers to {member.task} cannot be unpacked: {error}.") from error
    if unpacker.unconsumed_tail:
        raise AnswersError(f"The answers to {member.task} from item {member.first} on are too large for a page.")
    if not unpacker.eof:
        raise AnswersError(f"The answers to {member.task} from item {member.first} on end too early.")
    return [_parsed(line, member.first + number) for number, line in enumerate(plain.splitlines(), start=1)]


def members_of(index: list[Mapping[str, Any]]) -> list[Member]:
    """The index of a run as it was stored beside the file."""
    return [Member(*(row[name] for name in Member._fields)) for row in index]


def item_key(answer: Mapping[str, Any]) -> str:
    """What makes an item the same in two runs: its content, not its place; two filters of one answer are two items."""
    return f"{answer.get('filter', '')}:{answer['doc_hash']}"
