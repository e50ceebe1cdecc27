"""Source text as tokens that no renaming and no formatting changes.

Names become one symbol each, so do numbers and strings; comments, docstrings, white space and the comma before a closing
bracket go. Keywords, operators and the language's own builtins stay.
"""

from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LANGUAGES = {
    ".py": "python",
    ".pyi": "python",
    ".ipynb": "python",
    ".sh": "bash",
    ".c": "c",
    ".h": "cpp",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".hpp": "cpp",
    ".cu": "cuda",
    ".cuh": "cuda",
    ".rs": "rust",
    ".go": "go",
    ".js": "javascript",
    ".ts": "typescript",
    ".java": "java",
}
NAME, NUMBER, STRING = "\x00name", "\x00number", "\x00string"
CLOSING = frozenset(")]}")
LONGEST = 4_000_000  # characters of one file


class Tokens(NamedTuple):
    """One row per token: `kind` what is compared, `line` counted from 1, `name` the hash of a name as written (0: no name)."""

    kind: NDArray[np.uint64]
    line: NDArray[np.int32]
    name: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.kind)


def language_of(path: str) -> str:
    """Return the name of the lexer for a file, "" where the file is no code that is compared."""
    return LANGUAGES.get(PurePosixPath(path).suffix.lower(), "")


def tokenise(text: str, *, language: str) -> Tokens:
    """Cut a text into tokens. Every text has some: what the language does not allow comes out as names and operators."""
    kinds: list[str] = []
    lines: list[int] = []
    names: list[int] = []
    line, done = 1, 0
    for place, kind, value in _lexer(language).get_tokens_unprocessed(text[:LONGEST]):
        line += text.count("\n", done, place)
        done = place
        if not (symbol := _symbol(kind, value)):
            continue
        if kinds and symbol == STRING and kinds[-1] == STRING:
            continue
        if kinds and kinds[-1] == "," and symbol in CLOSING:
            kinds.pop(), lines.pop(), names.pop()
        kinds.append(symbol)
        lines.append(line)
        names.append(crc32(value.encode("utf-8", "replace")) if symbol == NAME else 0)
    coded = [_code(kind) for kind in kinds]
    return Tokens(np.array(coded, np.uint64), np.array(lines, np.int32), np.array(names, np.uint32))


@lru_cache(maxsize=32)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language)


def _symbol(kind: object, value: str) -> str:
    """Return what stands for a token, "" for what is left out. Pygments' kinds form a tree that `in` walks."""
    return value.strip() if (fixed := _fixed(kind)) is None else fixed


@lru_cache(maxsize=512)
def _fixed(kind: object) -> str | None:
    from pygments.token import Token

    if kind in Token.Comment.Preproc or kind in Token.Comment.PreprocFile:
        return None
    if kind in Token.Comment or kind in Token.Text or kind in Token.Literal.String.Doc:
        return ""
    if kind in Token.Literal.String:
        return STRING
    if kind in Token.Literal.Number:
        return NUMBER
    if kind in Token.Name.Builtin or kind in Token.Keyword or kind in Token.Operator or kind in Token.Punctuation:
        return None
    return NAME


@lru_cache(maxsize=4096)
def _code(symbol: str) -> int:
    """Return a fixed 64-bit number: the same in every process and on every machine."""
    from hashlib import blake2b

    return int.from_bytes(blake2b(symbol.encode("utf-8", "replace"), digest_size=8).digest(), "little")
