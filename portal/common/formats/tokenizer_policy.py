"""What a tokenizer's files may look like: bounded, of the form their name promises, and never loaded or executed here.

`tokenizer.json` and `vocab.json` are JSON of known shapes, `merges.txt` and `.tiktoken` are lines, `.model` is either the protobuf of
SentencePiece or the lines of tiktoken. Chat templates are text; they are rendered by the harness alone, in a sandbox.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

MAX_BYTES = 256 << 20  # the largest published ones have about 35 MB
MAX_DEPTH = 24
MAX_PIECES = 4_000_000
MAX_PIECE_BYTES = 64 << 10
_HINT = "Save the tokenizer again with save_pretrained."
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types of protobuf
_MODEL_FIELDS = range(1, 6)  # pieces, trainer, normalizer, self test, denormalizer
_PIECES = 1


class TokenizerError(ValueError):
    """A tokenizer file that is refused; `where` is a JSON path, a line or a byte."""

    def __init__(self, where: str, message: str, *, hint: str = _HINT) -> None:
        super().__init__(f"{where}: {message}. {hint}")
        self.where = where
        self.message = message
        self.hint = hint


def is_tokenizer(path: str) -> bool:
    name = PurePosixPath(path)
    return name.name in _BY_NAME or name.suffix in _BY_SUFFIX


def check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise TokenizerError("$", f"larger than {MAX_BYTES} bytes", hint="A tokenizer holds its vocabulary only.")


def check_tokenizer(raw: bytes, *, name: str) -> None:
    check_size(len(raw))
    path = PurePosixPath(name)
    (_BY_NAME.get(path.name) or _BY_SUFFIX[path.suffix])(raw)


def _check_json(raw: bytes) -> None:
    document = _parse(raw)
    model = document.get("model")
    if not isinstance(model, dict):
        raise TokenizerError("$.model", "missing or not an object")
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):
        _each(vocabulary, where="$.model.vocab", fits=_is_scored_piece, form="a list of a piece and its score")
    else:
        _check_ids(vocabulary, where="$.model.vocab")
    merges = model.get("merges", [])
    _each(merges, where="$.model.merges", fits=_is_merge, form="two pieces")
    _each(
        document.get("added_tokens") or [], where="$.added_tokens", fits=_is_added, form="a token with content and id"
    )


def _check_vocabulary(raw: bytes) -> None:
    _check_ids(_parse(raw), where="$")


def _check_merges(raw: bytes) -> None:
    for number, line in enumerate(_lines(raw), start=1):
        if line and not line.startswith("#version") and len(line.split(" ")) != 2:
            raise TokenizerError(f"line {number}", "not two pieces with a space between them")


def _check_tiktoken(raw: bytes) -> None:
    for number, line in enumerate(_lines(raw), start=1):
        piece, _, rank = line.partition(" ")
        if line and not (_is_base64(piece) and rank.isascii() and rank.isdigit()):
            raise TokenizerError(f"line {number}", "not a piece in base64 and its rank")


def _check_model(raw: bytes) -> None:
    """Whatever does not begin with a SentencePiece piece may be the lines of tiktoken under this name."""
    if not raw:
        raise TokenizerError("byte 0", "the file is empty")
    if raw[:1] == bytes([_PIECES << 3 | _BYTES]):
        _check_sentencepiece(raw)
    else:
        _check_tiktoken(raw)


def _check_sentencepiece(raw: bytes) -> None:
    pieces = 0
    for place, field, kind, value in _fields(raw, 0, len(raw)):
        if field not in _MODEL_FIELDS or kind != _BYTES:
            raise TokenizerError(f"byte {place}", f"field {field} is not one of a SentencePiece model")
        if field == _PIECES:
            pieces += 1
            _check_piece(raw, *value)
    if pieces > MAX_PIECES:
        raise TokenizerError("byte 0", f"{pieces} pieces; at most {MAX_PIECES} are allowed")


def _check_piece(raw: bytes, begin: int, end: int) -> None:
    """text, score, kind: the only fields of a piece; fields from 200 on are the format's room for extensions."""
    expected = {1: _BYTES, 2: _FIXED32, 3: _VARINT}
    for place, field, kind, value in _fields(raw, begin, end):
        if field >= 200:
            continue
        if expected.get(field) != kind:
            raise TokenizerError(f"byte {place}", f"field {field} is not one of a piece")
        if kind == _BYTES:
            _check_text(raw[value[0] : value[1]], place=place)


def _check_text(text: bytes, *, place: int) -> None:
    if len(text) > MAX_PIECE_BYTES:
        raise TokenizerError(f"byte {place}", f"a piece of {len(text)} bytes; at most {MAX_PIECE_BYTES} are allowed")
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise TokenizerError(f"byte {place}", "a piece is not UTF-8") from error


def _fields(raw: bytes, place: int, end: int) -> Iterator[tuple[int, int, int, tuple[int, int]]]:
    """Place, number, wire type and span of each field of a message; groups and unknown types are refused."""
    while place < end:
        start = place
        key, place = _varint(raw, place, end)
        field, kind = key >> 3, key & 7
        begin = place
        if kind == _VARINT:
            _, place = _varint(raw, place, end)
        elif kind == _BYTES:
            length, begin = _varint(raw, place, end)
            place = begin + length
        elif kind in {_FIXED32, _FIXED64}:
            place += 4 if kind == _FIXED32 else 8
        else:
            raise TokenizerError(f"byte {start}", "neither a SentencePiece model nor lines of tiktoken")
        if field == 0 or place > end:
            raise TokenizerError(f"byte {start}", "a field is torn or has no number")
        yield start, field, kind, (begin, place)


def _varint(raw: bytes, place: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= end:
            break
        byte = raw[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise TokenizerError(f"byte {place}", "a number is torn or too long")


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise TokenizerError("$", "not JSON, or nested too deeply") from error
    if not isinstance(document, dict):
        raise TokenizerError("$", "not a JSON object")
    _check_depth(document)
    return document


def _check_depth(document: dict[str, Any]) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [inner for item in level for inner in _inside(item) if isinstance(inner, dict | list)]
        if not level:
            return
    raise TokenizerError("$", f"nested deeper than {MAX_DEPTH} levels", hint="Flatten it.")


def _inside(item: Any) -> Any:
    return item.values() if isinstance(item, dict) else item


def _check_ids(value: Any, *, where: str) -> None:
    if not isinstance(value, dict):
        raise TokenizerError(where, "missing or not an object of pieces and ids")
    if len(value) > MAX_PIECES:
        raise TokenizerError(where, f"{len(value)} pieces; at most {MAX_PIECES} are allowed")
    for piece, number in value.items():
        if not _is_id(number):
            raise TokenizerError(where, f"the id of {piece[:40]!r} is not a whole number below {MAX_PIECES}")


def _each(value: Any, *, where: str, fits: Callable[[Any], bool], form: str) -> None:
    if not isinstance(value, list):
        raise TokenizerError(where, "not a list")
    if len(value) > MAX_PIECES:
        raise TokenizerError(where, f"{len(value)} entries; at most {MAX_PIECES} are allowed")
    for place, item in enumerate(value):
        if not fits(item):
            raise TokenizerError(f"{where}[{place}]", f"not {form}")


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 <= value < MAX_PIECES


def _is_scored_piece(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int | float)
        and not isinstance(value[1], bool)
    )


def _is_merge(value: Any) -> bool:
    if isinstance(value, str):
        return value.count(" ") >= 1
    return isinstance(value, list) and len(value) == 2 and all(isinstance(piece, str) for piece in value)


def _is_added(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("content"), str) and _is_id(value.get("id"))


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


def _lines(raw: bytes) -> list[str]:
    try:
        return raw.decode().replace("\r\n", "\n").split("\n")  # a piece may hold what `splitlines` takes for an end
    except UnicodeDecodeError as error:
        raise TokenizerError(f"byte {error.start}", "not UTF-8") from error


_BY_NAME: dict[str, Callable[[bytes], None]] = {
    "tokenizer.json": _check_json,
    "vocab.json": _check_vocabulary,
    "merges.txt": _check_merges,
}
_BY_SUFFIX: dict[str, Callable[[bytes], None]] = {".model": _check_model, ".tiktoken": _check_tiktoken}
