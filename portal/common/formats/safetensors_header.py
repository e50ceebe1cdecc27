"""Our own reading of a safetensors header: everything is checked before any machine-learning library sees the file.

Layout: 8 bytes little-endian header length, JSON header, data. The tensors must tile the data without hole or overlap.
Where the published format leaves room, this reader is the stricter one.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

MAX_HEADER = 25_000_000  # bytes; 100,000 tensors need about 15 MB
MAX_DEPTH = 3  # the object, a tensor's object, its lists
MAX_RANK = 8
MAX_INTEGER = (1 << 63) - 1
MAX_DIGITS = 19
LENGTH_BYTES = 8
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # no model has them, and reports that name the tensor could not be kept

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip


class HeaderError(ValueError):
    """A file that is not a whole safetensors file: what, in which tensor, at which byte of the file."""

    def __init__(self, message: str, *, tensor: str | None = None, offset: int | None = None) -> None:
        place = [f"tensor {tensor!r}" if tensor is not None else "", f"byte {offset}" if offset is not None else ""]
        prefix = ", ".join(part for part in place if part)
        super().__init__(f"{prefix}: {message}" if prefix else message)
        self.message = message
        self.tensor = tensor
        self.offset = offset


@dataclass(frozen=True)
class TensorInfo:
    """`begin` and `end` count bytes from the start of the data."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Header:
    tensors: dict[str, TensorInfo]
    metadata: dict[str, str]
    data_start: int


def read_header(path: Path) -> Header:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        raw = read_raw_header(file, file_size=size)
    return parse_header(raw, file_size=size)


def read_raw_header(stream: BinaryIO, *, file_size: int) -> bytes:
    """The header's bytes without the length before them, from the start of a stream of `file_size` bytes."""
    return stream.read(header_length(stream.read(LENGTH_BYTES), file_size=file_size))


def parse_header(raw: bytes, *, file_size: int) -> Header:
    """Check the header's bytes against the size of the file they come from."""
    document = _load(raw)
    metadata = _metadata(document.pop("__metadata__", {}))
    tensors = {name: _tensor(name, info) for name, info in document.items()}
    data_start = LENGTH_BYTES + len(raw)
    _check_tiling(tensors, data_start=data_start, file_size=file_size)
    return Header(tensors=tensors, metadata=metadata, data_start=data_start)


def header_length(prefix: bytes, *, file_size: int) -> int:
    if len(prefix) < LENGTH_BYTES:
        raise HeaderError(f"the file has {file_size} bytes; a safetensors file starts with 8 bytes of length", offset=0)
    length = int.from_bytes(prefix, "little")
    if length < 2 or length > MAX_HEADER:
        raise HeaderError(f"a header of {length} bytes; allowed are 2 to {MAX_HEADER}", offset=0)
    if LENGTH_BYTES + length > file_size:
        raise HeaderError(f"the header needs {length} bytes, but the file ends at {file_size}: it is torn", offset=0)
    return length


def _load(raw: bytes) -> dict[str, Any]:
    if raw[:1] != b"{":
        raise HeaderError("the header does not start with an opening brace", offset=LENGTH_BYTES)
    _check_depth(raw)
    try:
        text = raw.decode()
        document = json.loads(
            text, object_pairs_hook=_unique, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
        )
    except UnicodeDecodeError as error:
        raise HeaderError("the header is not UTF-8", offset=LENGTH_BYTES + error.start) from error
    except json.JSONDecodeError as error:
        place = LENGTH_BYTES + len(text[: error.pos].encode())
        raise HeaderError(f"the header is not JSON: {error.msg}", offset=place) from error
    if not isinstance(document, dict):
        raise HeaderError("the header is not a JSON object", offset=LENGTH_BYTES)
    return document


def _check_depth(raw: bytes) -> None:
    """Count open brackets outside strings before the JSON parser recurses."""
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(raw):
        if token[0] in {b"[", b"{"}:
            depth += 1
            if depth > MAX_DEPTH:
                raise HeaderError(f"nested deeper than {MAX_DEPTH} levels", offset=LENGTH_BYTES + token.start())
        elif token[0] in {b"]", b"}"}:
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in pairs:
        if key in document:
            raise HeaderError("the name stands twice in the header", tensor=key)
        _check_text(key)
        if _CONTROL.search(key):
            raise HeaderError("a name holds a control character", tensor=key)
        document[key] = value
    return document


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise HeaderError("a name or value holds half a surrogate pair", tensor=ascii(value)) from error


def _integer(text: str) -> int:
    """Only digits: `-0` is a float to other readers."""
    if text.startswith("-") or len(text) > MAX_DIGITS or int(text) > MAX_INTEGER:
        raise HeaderError(f"the number {text[:24]} is negative or too large")
    return int(text)


def _no_number(text: str) -> None:
    raise HeaderError(f"the number {text[:24]} is not a whole number")


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise HeaderError("must be an object of texts", tensor="__metadata__")
    for key, text in value.items():
        if not isinstance(text, str):
            raise HeaderError(f"the value of {key!r} is not text", tensor="__metadata__")
        _check_text(text)
    return value


def _tensor(name: str, info: Any) -> TensorInfo:
    if not isinstance(info, dict) or set(info) != {"dtype", "shape", "data_offsets"}:
        raise HeaderError("needs exactly dtype, shape and data_offsets", tensor=name)
    bits = BITS.get(info["dtype"]) if isinstance(info["dtype"], str) else None
    if bits is None:
        raise HeaderError(f"unknown dtype {info['dtype']!r}", tensor=name)
    shape = _whole_numbers(info["shape"], name=name, field="shape")
    offsets = _whole_numbers(info["data_offsets"], name=name, field="data_offsets")
    if len(shape) > MAX_RANK:
        raise HeaderError(f"{len(shape)} dimensions; at most {MAX_RANK} are allowed", tensor=name)
    if len(offsets) != 2 or offsets[0] > offsets[1]:
        raise HeaderError(f"data_offsets {list(offsets)} is not a begin and an end", tensor=name)
    _check_bytes(name, dtype=info["dtype"], bits=bits, shape=shape, held=offsets[1] - offsets[0])
    return TensorInfo(dtype=info["dtype"], shape=shape, begin=offsets[0], end=offsets[1])


def _whole_numbers(value: Any, *, name: str, field: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(number) is int for number in value):
        raise HeaderError(f"{field} must be a list of whole numbers", tensor=name)
    return tuple(value)


def _check_bytes(name: str, *, dtype: str, bits: int, shape: tuple[int, ...], held: int) -> None:
    count = 1
    for size in shape:
        count *= size
        if count * bits > MAX_INTEGER:  # also before a zero further right: other readers multiply in order
            raise HeaderError(f"the shape {list(shape)} is too large", tensor=name)
    if count * bits % 8:
        raise HeaderError(f"the shape {list(shape)} of {dtype} does not fill whole bytes", tensor=name)
    if (needed := count * bits // 8) != held:
        raise HeaderError(f"{dtype} {list(shape)} needs {needed} bytes, but the offsets hold {held}", tensor=name)


def _check_tiling(tensors: dict[str, TensorInfo], *, data_start: int, file_size: int) -> None:
    place = 0
    for name, info in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if info.begin < place:
            raise HeaderError("overlaps the tensor before it", tensor=name, offset=data_start + info.begin)
        if info.begin > place:
            raise HeaderError(f"a hole of {info.begin - place} bytes before it", tensor=name, offset=data_start + place)
        place = info.end
    if (expected := data_start + place) != file_size:
        state = "is torn or was cut" if file_size < expected else "has bytes that belong to no tensor"
        raise HeaderError(
            f"the tensors end at byte {expected}, the file at {file_size}: it {state}", offset=min(expected, file_size)
        )
