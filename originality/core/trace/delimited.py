"""CSV and its kin: delimiter, decimal point and names of the columns are found, rows are parsed in blocks."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from originality.core.trace import numberkernel as kernel
from originality.core.trace.names import STEP_NAMES, TIME_NAMES, words_of
from originality.core.trace.spool import POINT, Sink, plausible_time
from originality.core.trace.textbytes import TextBytes, blocks_of_lines

DELIMITERS = (",", "\t", ";", "|")
SPACE = " "  # any run of blanks, where nothing else divides the lines
LOOKED_AT = 50  # lines from which the delimiter is found
MOST_COLUMNS = 10_000
MOST_HEADERS = 200  # in one file
LONGEST_NAMES = 1 << 20  # bytes of a header that stands again
CELLS = 2_000_000  # parsed at once
LARGEST_STEP = float(1 << 53)
NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?\s*$|\s*[-+]?(nan|inf|infinity)\s*$", re.IGNORECASE)
STEP_WORDS = frozenset(["step", "steps", "iteration", "iterations", "iter", "update", "스텝", "단계", "반복"])


class Table(NamedTuple):
    """How a text is to be read: `step` and `time` are columns, None where there is none; `above` counts lines before the names."""

    delimiter: str
    point: str
    names: list[str]
    headed: bool
    step: int | None
    time: int | None
    above: int = 0


def table_of(text: str, axes: Mapping[str, str]) -> Table | None:
    """Find delimiter and columns from the first lines; None where they are no table."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    lines = [line for line in lines if line.strip()][:LOOKED_AT]
    fits = {delimiter: _fit(lines, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: fits[one])
    delimiter = delimiter if fits[delimiter] > 1 else SPACE
    if _fit(lines, delimiter) <= 1:
        return None
    rows = [_cells(line, delimiter) for line in lines]
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    above = next(number for number, row in enumerate(rows) if len(row) == width)
    rows = rows[above:]
    cells = [cell for row in rows[1:] for cell in row if NUMBER.match(cell)]
    commas = sum("," in cell for cell in cells)
    point = "," if delimiter != "," and commas and not any("." in cell for cell in cells) else "."
    headed = not all(NUMBER.match(cell) or not cell for cell in rows[0])
    names = _unique(rows[0]) if headed else [f"column {number}" for number in range(1, len(rows[0]) + 1)]
    return with_axes(Table(delimiter, point, names, headed, None, None, above), axes)


def _fit(lines: list[str], delimiter: str) -> float:
    """Columns that most lines agree on; lines that differ count against it."""
    counts = Counter(len(_cells(line, delimiter)) for line in lines)
    width, lines_of_it = counts.most_common(1)[0] if counts else (0, 0)
    share = lines_of_it / max(1, len(lines))
    return width * share if width > 1 and share > 0.5 else 0.0


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return line.split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    except csv.Error:
        return [cell.strip() for cell in line.split(delimiter)]


def _unique(names: list[str]) -> list[str]:
    """Columns of one name are told apart by number; a header that is a comment loses its sign."""
    seen: Counter[str] = Counter()
    found = []
    for number, name in enumerate(names, start=1):
        plain = (name.lstrip("# ").strip() if number == 1 else name) or f"column {number}"
        seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return found


def step_name(names: list[str]) -> str | None:
    """The name among these that counts optimiser steps: as usually spelt, or ending in such a word; "_step" last."""
    lowered = {name.lower().strip(): name for name in reversed(names)}
    for known in STEP_NAMES:
        if known in lowered and known != "_step":
            return lowered[known]
    worded = (name for name in names if name != "_step" and (words_of(name) or [""])[-1] in STEP_WORDS)
    return next(worded, lowered.get("_step"))


def time_name(names: list[str]) -> str | None:
    lowered = {name.lower().strip(): name for name in reversed(names)}
    return next((lowered[known] for known in TIME_NAMES if known in lowered), None)


def with_axes(table: Table, axes: Mapping[str, str]) -> Table:
    """The team's word goes before the guess."""
    step = axes["step"] if axes.get("step") in table.names else step_name(table.names)
    time = axes["time"] if axes.get("time") in table.names else time_name(table.names)
    places = {name: number for number, name in enumerate(table.names)}
    return table._replace(
        step=places[step] if step is not None else None, time=places[time] if time is not None else None
    )


def read_delimited(source: TextBytes, sink: Sink, *, axes: Mapping[str, str], must: bool) -> bool:
    """Give the columns of a table to the sink; False where the text is no table (`must`: that is a fault, then)."""
    reader: _Reader | None = None
    for block in blocks_of_lines(source):
        if block.too_long:
            sink.fault(block.first, "this line is longer than 4 MB; it is passed over")
            continue
        if reader is None:
            table = table_of(block.data[: 8 << 20].decode("utf-8", errors="replace"), axes)
            if table is None or (table.step is None and not must):
                break
            reader = _Reader(sink, table, axes)
            if table.step is None:
                sink.fault(1, f"no column of steps; expected one named {', '.join(STEP_NAMES)}")
                break
        reader.read(block.data, first=block.first)
    if reader is None and must:
        sink.fault(1, "no table: the lines do not agree on any delimiter of comma, tab, semicolon, bar and space")
    return reader is not None or must


class _Reader:
    """Parses block after block with what is known of the columns so far."""

    def __init__(self, sink: Sink, table: Table, axes: Mapping[str, str]) -> None:
        self.sink = sink
        self.axes = axes
        self.headed = table.headed
        self.headers = 0
        self._use(table, line=1)
        spelt = {"\t": "tab", " ": "space"}.get(table.delimiter, table.delimiter)
        sink.format += f", columns by {spelt}" + (", decimal comma" if table.point == "," else "")
        if table.delimiter != "," and sink.name.endswith(".csv"):
            sink.note(1, f"the columns are divided by {spelt}, not by comma")
        if table.point == ",":
            sink.note(1, "numbers have a decimal comma")

    def _use(self, table: Table, *, line: int) -> None:
        self.table = table
        width = min(len(table.names), MOST_COLUMNS)
        if width < len(table.names):
            self.sink.fault(line, f"{len(table.names):,} columns; those after the first {MOST_COLUMNS:,} are not read")
        self.wanted = np.full(len(table.names), -1, np.int64)
        self.wanted[:width] = np.arange(width)
        for axis in (table.step, table.time):
            if axis is not None and axis >= width:
                self.wanted[axis] = axis % width
        count = max(1, min(65_536, CELLS // max(1, width)))
        self.values = np.zeros((count, width))
        self.status = np.zeros((count, width), np.uint8)
        self.rows = np.zeros((count, 3), np.int64)
        self.text_known = False

    def read(self, data: bytes, *, first: int) -> None:
        """Parse whole lines, the first of which has this number."""
        raw = np.frombuffer(data, np.uint8)
        place, line = 0, first
        if self.headed:
            self.headed = False
            place, line = self._past_header(data, line)
        while place < len(raw):
            table = self.table
            time = -1 if table.time is None else table.time
            signs = np.array([ord(table.delimiter), ord(table.point), len(table.names), time, *self.wanted])
            used, count, lines = kernel.parse(raw[place:], signs, self.values, self.status, self.rows)
            header = self._header_again(count, data, place)
            if header is not None:
                row, again = header
                passed, start = int(self.rows[row, 0]), int(self.rows[row, 2])
                self._deliver(row, line)
                self._renamed(again, line + passed)
                place, line = data.find(b"\n", place + start) + 1 or len(data), line + passed + 1
                continue
            self._deliver(count, line)
            place, line = place + used, line + lines

    def _past_header(self, data: bytes, line: int) -> tuple[int, int]:
        """Pass over the names, and over remarks above them."""
        place, left = 0, self.table.above + 1
        while left and place < len(data):
            end = data.find(b"\n", place) + 1 or len(data)
            left -= bool(data[place:end].strip())
            place, line = end, line + 1
        if self.table.above:
            self.sink.note(1, f"{self.table.above} lines above the names of the columns are left out")
        return place, line

    def _header_again(self, count: int, data: bytes, place: int) -> tuple[int, Table] | None:
        """A row of names where numbers were: the program was started again and wrote its header."""
        step = self.wanted[self.table.step or 0]
        candidates = np.flatnonzero(self.status[:count, step] == kernel.TEXT)
        for row in candidates[:LOOKED_AT].tolist() if self.headers < MOST_HEADERS else ():
            start = place + int(self.rows[row, 2])
            end = data.find(b"\n", start) + 1 or len(data)
            text = data[start : min(end, start + LONGEST_NAMES)].decode("utf-8", errors="replace").strip()
            again = with_axes(self.table._replace(names=_unique(_cells(text, self.table.delimiter))), self.axes)
            if again.step is not None:
                return int(row), again
        return None

    def _renamed(self, again: Table, line: int) -> None:
        self.headers += 1
        if again.names == self.table.names:
            self.sink.note(line, "the names of the columns stand here again")
        else:
            self.sink.note(line, f"the columns are named anew: {', '.join(again.names)[:200]}")
            self._use(again, line=line)

    def _deliver(self, count: int, line: int) -> None:
        """Give the first rows that were parsed to the sink."""
        kinds = self.rows[:count, 1]
        places = self.rows[:count, 0] + line
        for kind, told in ((kernel.ROW_SHORT, "fewer"), (kernel.ROW_LONG, "more")):
            if (bad := places[kinds == kind]).size:
                self.sink.faults(bad, f"this line has {told} fields than the {len(self.table.names)} of the header")
        good = kinds == kernel.ROW_GOOD
        step, time = self._axis(self.table.step, count, places), self._axis(self.table.time, count, places)
        whole = np.isfinite(step) & (np.abs(step) < LARGEST_STEP)
        whole &= np.where(whole, step, 0.5) == np.floor(np.where(whole, step, 0.0))
        if (bad := places[good & ~whole]).size:
            self.sink.faults(bad, f"no step: {self.table.names[self.table.step or 0]} is no whole number here")
        good &= whole
        self._columns(count, good, step=step, time=plausible_time(time), places=places)

    def _axis(self, column: int | None, count: int, places: np.ndarray) -> np.ndarray:
        if column is None:
            return np.zeros(count)
        goal = self.wanted[column]
        status = self.status[:count, goal]
        if column == self.table.time and not self.sink.zoneless and (zoneless := status == kernel.ZONELESS).any():
            self.sink.without_zone(int(places[zoneless][0]))
        return np.where((status == kernel.NUMBER) | (status == kernel.ZONELESS), self.values[:count, goal], np.nan)

    def _columns(self, count: int, good: np.ndarray, *, step: np.ndarray, time: np.ndarray, places: np.ndarray) -> None:
        for column in np.flatnonzero(self.wanted >= 0).tolist():
            if column in (self.table.step, self.table.time):
                continue
            status = self.status[:count, self.wanted[column]]
            numbers = good & (status == kernel.NUMBER)
            text = good & (status == kernel.TEXT)
            if text.any() and not numbers.any():
                self.sink.note(
                    int(places[text][0]), f"{self.table.names[column]} holds text, not numbers; it is left out"
                )
                self.wanted[column] = -1
                continue
            if text.any():
                self.sink.faults(places[text], f"{self.table.names[column]}: no number")
            if numbers.any():
                self._give(column, numbers, step=step, time=time, places=places)

    def _give(self, column: int, which: np.ndarray, *, step: np.ndarray, time: np.ndarray, places: np.ndarray) -> None:
        points = np.zeros(int(which.sum()), POINT)
        points["step"], points["time"], points["place"] = step[which], time[which], places[which]
        points["value"] = self.values[: len(which), self.wanted[column]][which]
        name = self.table.names[column]
        self.sink.add(name if name != "Value" else _told_by_file(self.sink.name), points)


def _told_by_file(name: str) -> str:
    """TensorBoard's CSV has one column "Value"; the name of the series stands in that of the file."""
    return PurePosixPath(name).stem.rsplit("-tag-", 1)[-1]
