"""Series of a run in one safetensors file: columns by quantity and by name, and blocks from which any window is drawn.

Tensors: `<quantity>/step`, `/value`, `/time`, `/segment`, `/blocks` (blocks.py), `/runs` (where which segment is followed); `names/step`, `/value`, `/time` with the
points of every name as they were logged, `names/parts` that says where (number of the name, segment, from, to) and
`names/list`; `document` with the logs document. Texts are JSON in UTF-8. The header names tag and number of points.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from originality.core.errors import InputError
from originality.core.trace.blocks import BLOCK, FIRST, HIGH, HIGH_STEP, LOW, LOW_STEP, drawn, levels_of
from originality.core.trace.logsdocument import logs_of
from originality.core.trace.model import QUANTITIES, Logs, Series

SCHEMA = "originality-series/1"
LONGEST_HEADER = 1 << 20
LONGEST_TEXT = 64 << 20
TYPES: dict[str, np.dtype[Any]] = {
    "I64": np.dtype("<i8"),
    "F64": np.dtype("<f8"),
    "I16": np.dtype("<i2"),
    "U8": np.dtype("u1"),
}
COLUMNS = {"step": "I64", "value": "F64", "time": "F64", "segment": "I16"}
LOGGED = ("step", "value", "time")
SEARCHED = 1024  # blocks of the level in which a step is looked for
FINE = 16  # blocks at least in a stretch of a table
ROWS = 65_536
Points = tuple[np.ndarray, np.ndarray]


class Window(NamedTuple):
    """Points of a window, at most as many as asked for: the lowest and highest of every stretch, so no peak is lost.

    `total` counts the points that the window has; `thinned` says whether some are left out. `time` is filled only where none is.
    """

    step: np.ndarray
    value: np.ndarray
    time: np.ndarray
    segment: np.ndarray
    total: int
    thinned: bool


class Stretch(NamedTuple):
    """Neighbouring points: their steps, how many, and where the lowest and highest lie; NaN where none is a finite number."""

    first: int
    last: int
    points: int
    low_step: int
    low: float
    high_step: int
    high: float


class Entry(NamedTuple):
    tag: str
    points: int
    first: int
    last: int


class Placed(NamedTuple):
    """A tensor: its dtype, shape and first byte in the file."""

    kind: str
    shape: list[int]
    start: int


def open_series(stream: BinaryIO) -> "SeriesFile":
    """Open what `write_series` wrote, from a stream that can be read at any place; only what is asked for is read."""
    return SeriesFile(stream)


def load_logs(path: Path) -> Logs:
    """The logs again, their columns mapped from the file, which has to stay."""
    with path.open("rb") as stream:
        file = SeriesFile(stream)
        document = file.document()
    series = {
        quantity: Series(*(_mapped(path, file.tensors[f"{quantity}/{name}"]) for name in COLUMNS))
        for quantity in file.quantities
    }
    return logs_of(document, series)


def _mapped(path: Path, where: Placed) -> np.ndarray:
    if not where.shape[0]:
        return np.zeros(0, TYPES[where.kind])
    return np.memmap(path, TYPES[where.kind], "r", where.start, tuple(where.shape))


class SeriesFile:
    """`quantities` says tag, points and steps of each; InputError where the file is not one of `write_series`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._levels: dict[tuple[str, int], np.ndarray] = {}
        self._places: dict[tuple[str, int], int] = {}
        try:
            self.tensors, metadata = _header(stream)
            entries = json.loads(metadata["quantities"])
            self.quantities = {name: Entry(**entries[name]) for name in QUANTITIES if name in entries}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError("this is no file of series; make it again from the logs") from error

    def document(self) -> dict[str, Any]:
        """The logs document: tags, segments, seams, faults, files."""
        return dict(self._json("document"))

    def names(self) -> list[str]:
        """Every name in the logs."""
        return list(self._json("names/list"))

    def logged(self, name: str) -> list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """The points of a name as they were logged: segment, step, value and time for each start of the program."""
        names = self.names()
        if name not in names:
            raise InputError(f"the logs have no series named {name}")
        parts = self._rows("names/parts", 0, self.tensors["names/parts"].shape[0])
        mine = parts[parts[:, 0] == names.index(name)].tolist()
        return [
            (segment, *(self._rows(f"names/{column}", start, end) for column in LOGGED))
            for _, segment, start, end in mine
        ]

    def rows(self, quantity: str, first: int | None = None, last: int | None = None) -> Iterator[Series]:
        """All points of a window, in pieces of at most 65,536."""
        start, end = self._range(quantity, first, last)
        for place in range(start, end, ROWS):
            yield self._series(quantity, place, min(end, place + ROWS))

    def window(self, quantity: str, first: int | None = None, last: int | None = None, *, points: int = 2000) -> Window:
        """At most `points` points between two steps, both included; what is thinned keeps the lowest and highest."""
        start, end = self._range(quantity, first, last)
        total = end - start
        if total <= max(2, points):
            return Window(*self._series(quantity, start, end), total, thinned=False)
        buckets = max(1, (points - 2) // 2)
        blocks, _ = self._covering(quantity, start, end, buckets=buckets)
        step, value = _with_ends(
            *drawn(blocks, buckets=buckets),
            self._points(quantity, start, start + 1),
            self._points(quantity, end - 1, end),
        )
        return Window(step, value, np.zeros(len(step)), self._segments(quantity, step), total, thinned=True)

    def stretches(
        self, quantity: str, first: int | None = None, last: int | None = None, *, parts: int = 10
    ) -> list[Stretch]:
        """A window in so many stretches of about as many points each, every figure exact: edges lie between blocks."""
        start, end = self._range(quantity, first, last)
        if end == start:
            return []
        blocks, sizes = self._covering(quantity, start, end, buckets=parts * FINE)
        group = (np.cumsum(sizes) - sizes) * parts // (end - start)
        edges = np.flatnonzero(np.append(True, group[1:] != group[:-1])).tolist()
        lasts = [*(int(blocks[edge, FIRST]) - 1 for edge in edges[1:]), int(self._points(quantity, end - 1, end)[0][0])]
        return [
            _stretch(blocks[a:b], last=last, points=int(sizes[a:b].sum()))
            for a, b, last in zip(edges, [*edges[1:], len(blocks)], lasts, strict=True)
        ]

    def _covering(self, quantity: str, start: int, end: int, *, buckets: int) -> tuple[np.ndarray, np.ndarray]:
        """Blocks and how many points each has, of the coarsest level that still gives every stretch one; single points where
        blocks do not reach, or for few points.
        """
        if end - start < 2 * BLOCK * buckets:
            return _single(*self._points(quantity, start, end)), np.ones(end - start, np.int64)
        counts = levels_of(self.quantities[quantity].points)
        level = 0
        while level + 1 < len(counts) and (end - start) // (BLOCK << level + 1) >= buckets:
            level += 1
        size = BLOCK << level
        left = -(-start // size)
        right = counts[level] if end == self.quantities[quantity].points else end // size
        inside = self._rows(f"{quantity}/blocks", sum(counts[:level]) + left, sum(counts[:level]) + right)
        before = _single(*self._points(quantity, start, left * size))
        after = _single(*self._points(quantity, min(right * size, end), end))
        sizes = np.full(len(inside), size)
        sizes[-1:] -= max(0, right * size - end)
        ones = (np.ones(len(part), np.int64) for part in (before, after))
        return np.concatenate([before, inside, after]), np.concatenate([next(ones), sizes, next(ones)])

    def _range(self, quantity: str, first: int | None, last: int | None) -> tuple[int, int]:
        """Rows from the first step to the last, both included."""
        points = self.quantities[quantity].points if quantity in self.quantities else 0
        start = 0 if first is None else self._place(quantity, first, points)
        end = points if last is None else self._place(quantity, last + 1, points)
        return start, max(start, end)

    def _place(self, quantity: str, step: int, points: int) -> int:
        """The first row that has this step or a later one."""
        if not points or (quantity, step) in self._places:
            return self._places.get((quantity, step), 0)
        counts = levels_of(points)
        level = next(number for number, count in enumerate(counts) if count <= SEARCHED)
        if (quantity, level) not in self._levels:
            begin = sum(counts[:level])
            self._levels[quantity, level] = self._rows(f"{quantity}/blocks", begin, begin + counts[level])[:, FIRST]
        block = max(0, int(np.searchsorted(self._levels[quantity, level], step)) - 1)
        begin, end = block * (BLOCK << level), min(points, (block + 1) * (BLOCK << level))
        place = begin + int(np.searchsorted(self._rows(f"{quantity}/step", begin, end), step))
        self._places[quantity, step] = place
        return place

    def _points(self, quantity: str, start: int, end: int) -> Points:
        """Steps and values alone: every column that is left out is a jump less in the file."""
        return self._rows(f"{quantity}/step", start, end), self._rows(f"{quantity}/value", start, end)

    def _segments(self, quantity: str, steps: np.ndarray) -> np.ndarray:
        runs = self._rows(f"{quantity}/runs", 0, self.tensors[f"{quantity}/runs"].shape[0])
        return runs[np.maximum(0, np.searchsorted(runs[:, 0], steps, side="right") - 1), 1].astype(np.int16)

    def _series(self, quantity: str, start: int, end: int) -> Series:
        if quantity not in self.quantities:
            return Series(*(np.zeros(0, TYPES[kind]) for kind in COLUMNS.values()))
        return Series(*(self._rows(f"{quantity}/{name}", start, end) for name in COLUMNS))

    def _rows(self, name: str, start: int, end: int) -> np.ndarray:
        """Rows of a tensor; a file that is shorter than it says is refused."""
        where = self.tensors[name]
        start, end = max(0, start), min(end, where.shape[0])
        width = int(np.prod(where.shape[1:])) * TYPES[where.kind].itemsize
        self._stream.seek(where.start + start * width)
        wanted = max(0, end - start) * width
        data = _exactly(self._stream, wanted)
        return np.frombuffer(data, TYPES[where.kind]).reshape(-1, *where.shape[1:])

    def _json(self, name: str) -> Any:
        size = self.tensors[name].shape[0]
        if size > LONGEST_TEXT:
            raise InputError(f"{name}: {size} bytes are more than a file of series has")
        return json.loads(self._rows(name, 0, size).tobytes())


def _exactly(stream: BinaryIO, size: int) -> bytes:
    pieces = BytesIO()
    while pieces.tell() < size and (piece := stream.read(size - pieces.tell())):
        pieces.write(piece)
    if pieces.tell() < size:
        raise InputError("the file of series ends early; make it again from the logs")
    return pieces.getvalue()


def _header(stream: BinaryIO) -> tuple[dict[str, Placed], dict[str, Any]]:
    size = int.from_bytes(_exactly(stream, 8), "little")
    if size > LONGEST_HEADER:
        raise InputError(f"a header of {size} bytes is longer than that of any file of series")
    header = json.loads(_exactly(stream, size))
    metadata = header.pop("__metadata__")
    if metadata["schema"] != SCHEMA:
        raise InputError(f"the series have schema {metadata['schema']}, not {SCHEMA}; make them again from the logs")
    placed = {
        name: Placed(item["dtype"], [int(number) for number in item["shape"]], 8 + size + int(item["data_offsets"][0]))
        for name, item in header.items()
    }
    return placed, metadata


def _with_ends(step: np.ndarray, value: np.ndarray, first: Points, last: Points) -> Points:
    """Points of a window with its first and last."""
    if step[0] != first[0][0]:
        step, value = np.append(first[0], step), np.append(first[1], value)
    if step[-1] != last[0][-1]:
        step, value = np.append(step, last[0]), np.append(value, last[1])
    return step, value


def _single(step: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Every point as a block of its own."""
    value = np.where(np.isfinite(value), value, np.nan)
    return np.column_stack([step, step, value, step, value]).reshape(-1, 5)


def _stretch(blocks: np.ndarray, *, last: int, points: int) -> Stretch:
    low = blocks[np.where(np.isnan(blocks[:, LOW]), np.inf, blocks[:, LOW]).argmin()]
    high = blocks[np.where(np.isnan(blocks[:, HIGH]), -np.inf, blocks[:, HIGH]).argmax()]
    lowest, highest = (int(low[LOW_STEP]), float(low[LOW])), (int(high[HIGH_STEP]), float(high[HIGH]))
    return Stretch(int(blocks[0, FIRST]), last, points, *lowest, *highest)
