"""A matched passage as two texts side by side: which lines, which names were kept, and its place in the file of passages."""

import json
import zlib
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from originality.core.code.matching import Chain
from originality.core.code.search import Library
from originality.core.code.tokens import Tokens, language_of, tokenise

CONTEXT = 3  # lines before and behind
MOST_LINES = 400  # of one side; a longer passage is cut and says so
MOST_ALIGNED = 800  # names that are compared
MOST_PER_FILE = 20
NEW_SHARE = 0.5  # of a passage that no longer one of its file has
LARGEST = 1 << 20  # bytes of one unpacked passage


class Side(NamedTuple):
    """Lines of one file: the first of the passage, the last, and the texts shown from `begin` on."""

    first: int
    last: int
    begin: int
    lines: list[str]


def chosen(found: Sequence[Chain]) -> list[tuple[Chain, int]]:
    """Return the passages to show, longest first, each with the number of further places of the corpus with the same text."""
    kept: list[tuple[Chain, int]] = []
    taken: set[int] = set()
    for chain in found:
        tokens = set(range(chain.first, chain.last))
        if len(tokens - taken) >= NEW_SHARE * len(tokens):
            if len(kept) < MOST_PER_FILE:
                kept.append((chain, 0))
            taken |= tokens
            continue
        for number, (other, further) in enumerate(kept):
            if min(other.last, chain.last) - max(other.first, chain.first) > NEW_SHARE * chain.tokens:
                kept[number] = (other, further + 1)
                break
    return kept


@lru_cache(maxsize=64)
def _corpus_file(library: Library, file: int) -> tuple[str, Tokens]:
    corpus, number = library.where(file)
    text = corpus.text_of(number)
    return text, tokenise(text, language=language_of(corpus.files[number].path))


def described(chain: Chain, *, text: str, tokens: Tokens, library: Library) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the report says of a passage, and the document of its two sides."""
    there_text, there_tokens = _corpus_file(library, chain.file)
    here, there = slice(chain.first, chain.last), slice(chain.there_first, chain.there_last)
    left, right = _side(text, tokens, here), _side(there_text, there_tokens, there)
    row, source = library.row(chain.file), library.source(chain.file)
    said = {
        "first_line": left.first, "last_line": left.last, "tokens": chain.tokens, "links": chain.links,
        "source": source["name"], "version": source["version"], "licence": source["licence"],
        "source_path": row.path, "source_first": right.first, "source_last": right.last,
        "names_kept": _names_kept(tokens, here, there_tokens, there),
    }  # fmt: skip
    rows = _aligned(left, right, tokens, there_tokens)
    cut = left.last - left.first >= MOST_LINES or right.last - right.first >= MOST_LINES
    return said, {"rows": rows, "cut": cut}


def _side(text: str, tokens: Tokens, where: slice) -> Side:
    first, last = int(tokens.line[where][0]), int(tokens.line[where][-1])
    begin = max(1, first - CONTEXT)
    end = min(last + CONTEXT, begin + MOST_LINES)
    return Side(first, last, begin, text.split("\n")[begin - 1 : end])


def _names_kept(tokens: Tokens, here: slice, there_tokens: Tokens, there: slice) -> float | None:
    """Return the share of names that stand in both in the same order; None where there are too few to tell."""
    left = [name for name in tokens.name[here].tolist() if name][:MOST_ALIGNED]
    right = [name for name in there_tokens.name[there].tolist() if name][:MOST_ALIGNED]
    if len(left) < 8 or not right:
        return None
    matched = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return round(matched / len(left), 4)


def _aligned(left: Side, right: Side, tokens: Tokens, there_tokens: Tokens) -> list[list[Any]]:
    """Return rows [line, text, line, text, same]: lines of equal tokens face each other, others follow in their order."""
    ours, theirs = _signatures(left, tokens), _signatures(right, there_tokens)
    rows: list[list[Any]] = []
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        for step in range(max(b - a, d - c)):
            here = [left.begin + a + step, left.lines[a + step]] if a + step < b else [None, ""]
            there = [right.begin + c + step, right.lines[c + step]] if c + step < d else [None, ""]
            rows.append([*here, *there, kind == "equal" and bool(ours[a + step])])
    return rows


def _signatures(side: Side, tokens: Tokens) -> list[tuple[int, ...]]:
    """Return the tokens of each line that is shown; blank lines and comments have none."""
    end = side.begin + len(side.lines)
    first, last = tokens.line.searchsorted([side.begin, end])
    found: list[list[int]] = [[] for _ in side.lines]
    for place in range(int(first), int(last)):
        found[int(tokens.line[place]) - side.begin].append(int(tokens.kind[place]))
    return [tuple(line) for line in found]


class PassageWriter:
    """Writes the documents of passages one after another, each packed alone, so that one is read without the others."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def add(self, document: dict[str, Any]) -> list[int]:
        """Return where it lies: first byte and length."""
        packed = zlib.compress(
            json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), 6
        )
        place = (
            self._file.tell()
        )  # asked for each time: a file that takes too long may have ended in the middle of this
        self._file.write(packed)
        return [place, len(packed)]

    def close(self) -> None:
        self._file.close()


def read_passage(stream: BinaryIO, place: Sequence[int]) -> dict[str, Any]:
    """Return one document of a file that `PassageWriter` wrote."""
    stream.seek(place[0])
    document: dict[str, Any] = json.loads(zlib.decompressobj().decompress(stream.read(place[1]), LARGEST))
    return document
