"""What one read of a weight file leaves behind: the exact histogram of every tensor, as a document of about 15 KB per tensor.

Counts are over the stored codes where there are at most 65,536 of them, over the values rounded to bfloat16 for float32; of wider
numbers only dtype and shape are kept. Moments, quantiles, NaN and infinities follow from the counts. A shard names no model: documents
of the shards of a checkpoint are read together.
"""

import base64
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.errors import InputError
from portal.common.formats.foreign_text import shown
from portal.common.formats.safetensors_header import (
    BITS,
    LENGTH_BYTES,
    Header,
    HeaderError,
    TensorInfo,
    header_length,
    parse_header,
)

SCHEMA = "file-summary/1"
ROUNDED = "F32"
CODES: dict[str, Any] = {"BF16": np.uint16, "F16": np.uint16, "I16": np.uint16, "U16": np.uint16}
CODES |= dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), np.uint8)
COMPILED_FROM = 1 << 16  # elements
NAMED, NAMED_LENGTH = 5, 200

Counts = NDArray[np.int64]


class TensorCounts(NamedTuple):
    """`counts` has 256 or 65,536 bins, or none for a dtype that is not counted; NaN and infinities are exact."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    counts: Counts | None
    nan: int
    infinite: int


class Summariser:
    """A watcher of the bytes of one safetensors file, in order; what is no sound file has no document.

    `size` in bytes. `compiled` counts in loops at the speed of memory; without it numpy does, at a quarter of that.
    """

    def __init__(self, *, size: int, compiled: bool) -> None:
        self.size, self.compiled = size, compiled
        self.head = bytearray()
        self.broken = False
        self.waiting: Iterator[tuple[str, TensorInfo]] = iter(())
        self.counter: _Counter | None = None
        self.header: Header | None = None
        self.lines: list[str] = []
        self.parameters: Counter[str] = Counter()  # by dtype
        self.bad: list[str] = []  # tensors with NaN or infinite numbers

    def feed(self, chunk: bytes | memoryview, /) -> None:
        if self.broken:
            return
        view = memoryview(chunk)
        if self.header is None:
            view = self._read_head(view)
        while view and self.counter is not None:
            view = self.counter.take(view)
            if self.counter.left == 0:
                self._next()

    def document(self) -> bytes | None:
        if self.header is None or self.counter is not None:
            return None
        tensors = ",\n".join(self.lines)
        return f'{{"schema":"{SCHEMA}","size":{self.size},"tensors":[\n{tensors}\n]}}\n'.encode()

    def facts(self) -> dict[str, Any]:
        """`bad` counts the tensors with NaN or infinite numbers and `named` names the first of them."""
        bad = {"bad": len(self.bad), "named": [shown(name, length=NAMED_LENGTH) for name in self.bad[:NAMED]]}
        return {"tensors": len(self.lines), "parameters": dict(self.parameters)} | bad

    def _read_head(self, view: memoryview) -> memoryview:
        """Collect the header; returns what lies behind it."""
        before = len(self.head)
        self.head += view
        try:
            if len(self.head) < LENGTH_BYTES:
                return view[:0]
            end = LENGTH_BYTES + header_length(bytes(self.head[:LENGTH_BYTES]), file_size=self.size)
            if len(self.head) < end:
                return view[:0]
            self.header = parse_header(bytes(self.head[LENGTH_BYTES:end]), file_size=self.size)
        except HeaderError:
            self.broken = True
            return view[:0]
        self.head.clear()
        self.waiting = iter(sorted(self.header.tensors.items(), key=lambda item: (item[1].begin, item[1].end)))
        self._next()
        return view[end - before :]

    def _next(self) -> None:
        """Write the tensor that is whole and go to the next one that has bytes."""
        if self.counter is not None:
            self._write(self.counter)
        self.counter = None
        for name, info in self.waiting:
            self.counter = _Counter(name, info, compiled=self.compiled)
            if self.counter.left:
                return
            self._write(self.counter)
            self.counter = None

    def _write(self, counter: "_Counter") -> None:
        tensor = counter.result()
        self.lines.append(_line(tensor))
        self.parameters[tensor.dtype] += math.prod(tensor.shape)
        if tensor.nan or tensor.infinite:
            self.bad.append(tensor.name)


class _Counter:
    """Counts one tensor piece by piece; elements may lie across two pieces."""

    def __init__(self, name: str, info: TensorInfo, *, compiled: bool) -> None:
        self.name, self.info, self.left = name, info, info.end - info.begin
        self.kind = np.uint32 if info.dtype == ROUNDED else CODES.get(info.dtype)
        self.bins = 256 if self.kind is np.uint8 else 65536
        self.tables: Counts | None = None
        self.compiled = compiled and self.left * 8 // BITS[info.dtype] >= COMPILED_FROM
        if self.kind is not None:
            self.tables = np.zeros((4 if self.compiled else 1, self.bins), np.int64)
        self.rest = b""
        self.nan = self.infinite = 0

    def take(self, view: memoryview) -> memoryview:
        """Count what belongs to the tensor; returns what lies behind it."""
        piece, behind = view[: self.left], view[self.left :]
        self.left -= len(piece)
        if self.tables is not None:
            data = b"".join((self.rest, piece)) if self.rest else piece
            width = np.dtype(self.kind).itemsize
            whole = len(data) - len(data) % width
            self.rest = bytes(data[whole:])
            codes = np.frombuffer(data, self.kind, whole // width)
            self._count(codes if codes.flags.aligned else codes.copy(), self.tables)
        return behind

    def _count(self, codes: NDArray[Any], tables: Counts) -> None:
        if self.compiled:
            from originality.core.kernels import count_codes, count_rounded

            if self.kind is np.uint32:
                nan, infinite = count_rounded(tables, codes)
                self.nan, self.infinite = self.nan + nan, self.infinite + infinite
            else:
                count_codes(tables, codes)
            return
        if self.kind is np.uint32:
            special = codes[(codes & 0x7F800000) == 0x7F800000]
            nan = int(np.count_nonzero(special & 0x7FFFFF))
            self.nan, self.infinite = self.nan + nan, self.infinite + special.size - nan
            codes = _rounded(codes)
        tables[0] += np.bincount(codes, minlength=self.bins)

    def result(self) -> TensorCounts:
        counts = None if self.tables is None else self.tables.sum(axis=0)
        if counts is not None and self.info.dtype in {"BF16", "F16"}:
            self.nan, self.infinite = _special(counts, exponent=0x7F80 if self.info.dtype == "BF16" else 0x7C00)
        return TensorCounts(self.name, self.info.dtype, self.info.shape, counts, self.nan, self.infinite)


def _rounded(bits: NDArray[np.uint32]) -> NDArray[np.uint16]:
    wide = bits.astype(np.uint64)
    return ((wide + 0x7FFF + ((wide >> 16) & 1)) >> 16).astype(np.uint16)


def _special(counts: Counts, *, exponent: int) -> tuple[int, int]:
    """NaN and infinities among the codes of a 16-bit format whose exponent bits are given."""
    codes = np.arange(65536)
    special = (codes & exponent) == exponent
    infinite = int(counts[special & ((codes & 0x7FFF) == exponent)].sum())
    return int(counts[special].sum()) - infinite, infinite


def _line(tensor: TensorCounts) -> str:
    document: dict[str, Any] = {"name": tensor.name, "dtype": tensor.dtype, "shape": list(tensor.shape)}
    if tensor.counts is not None:
        document |= {"nan": tensor.nan, "infinite": tensor.infinite, "bins": tensor.counts.size}
        document["counts"] = base64.b64encode(_packed(tensor.counts)).decode()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _packed(counts: Counts) -> bytes:
    """Which bins are filled as bits, then their counts byte plane by byte plane, deflated."""
    present = counts > 0
    planes = counts[present].astype("<u8").view(np.uint8).reshape(-1, 8).T
    return zlib.compress(np.packbits(present).tobytes() + np.ascontiguousarray(planes).tobytes(), 6)


def _unpacked(packed: bytes, *, bins: int) -> Counts:
    raw = zlib.decompress(packed)
    present = np.unpackbits(np.frombuffer(raw, np.uint8, bins // 8)).astype(bool)
    planes = np.frombuffer(raw, np.uint8, offset=bins // 8).reshape(8, -1)
    counts = np.zeros(bins, np.int64)
    counts[present] = np.ascontiguousarray(planes.T).reshape(-1).view("<u8")
    return counts


def parse_summary(raw: bytes) -> dict[str, TensorCounts]:
    """The tensors of one document by name; it was written here, so anything else in it is an error of the store."""
    try:
        document = json.loads(raw)
        if document["schema"] != SCHEMA:
            raise InputError(f"a file summary of form {document['schema']!r}; expected {SCHEMA}")
        return {item["name"]: _parse(item) for item in document["tensors"]}
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise InputError(f"not a file summary ({error})") from error


def _parse(item: dict[str, Any]) -> TensorCounts:
    counts = _unpacked(base64.b64decode(item["counts"]), bins=item["bins"]) if "counts" in item else None
    shape = tuple(item["shape"])
    return TensorCounts(item["name"], item["dtype"], shape, counts, item.get("nan", 0), item.get("infinite", 0))


def bfloat16_counts(tensor: TensorCounts) -> Counts | None:
    """Counts of the 65,536 bfloat16 values, as the comparison reads every tensor; None for what it does not read."""
    if tensor.counts is None or tensor.dtype in {"BF16", ROUNDED}:
        return tensor.counts
    if tensor.dtype != "F16":
        return None
    values = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    return np.bincount(_rounded(values.view(np.uint32)), weights=tensor.counts, minlength=65536).astype(np.int64)
