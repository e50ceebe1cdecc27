"""Logs as JSON: one object a line, or a document with an array of objects (trainer_state.json, exported histories)."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numba
import numpy as np

from originality.core.trace.delimited import step_name
from originality.core.trace.names import STEP_NAMES, TIME_NAMES
from originality.core.trace.spool import POINT, Sink, plausible_time
from originality.core.trace.textbytes import BLOCK, TextBytes, blocks_of_lines

ROWS = 50_000  # given to the sink at once
DEEPEST = 4  # objects inside objects whose numbers are read
MOST_KEYS = 10_000  # of one row
LONGEST_RECORD = 4 << 20
LARGEST_STEP = 1 << 53
AXIS_NAMES = frozenset((*STEP_NAMES, *TIME_NAMES))


class Record(NamedTuple):
    """One object of the log and where it stands; `text` is empty where it is too long."""

    line: int
    text: bytes


def read_lines(source: TextBytes, sink: Sink, *, axes: Mapping[str, str]) -> None:
    """One JSON object a line; what is none is a fault, and the next line is read."""
    columns = Columns(sink, axes)
    for block in blocks_of_lines(source, longest=LONGEST_RECORD):
        if block.too_long:
            sink.fault(block.first, "this line is longer than 4 MB; it is passed over")
            continue
        for number, line in enumerate(_decoded(block.data, block.first, sink), start=block.first):
            if line and not line.isspace():
                _row(line, number, columns)
    columns.flush()


def _decoded(data: bytes, first: int, sink: Sink) -> list[str]:
    try:
        return data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        at = first + data.count(b"\n", 0, error.start)
        sink.note(
            at, "bytes that are no UTF-8 from here on; each line is tried as CP949, and replaced where it is neither"
        )
    return [_line(line) for line in data.split(b"\n")]


def _line(line: bytes) -> str:
    for encoding in ("utf-8", "cp949"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", errors="replace")


def _row(text: str, number: int, columns: "Columns") -> None:
    try:
        row = json.loads(text)
    except RecursionError:
        columns.sink.fault(number, "this JSON is nested too deeply")
    except ValueError as error:
        columns.sink.fault(number, f"this is not JSON: {error}")
    else:
        if isinstance(row, dict):
            columns.add(row, number)
        else:
            columns.sink.fault(number, "this is JSON, but no object with a step and values")


class Columns:
    """Rows on their way to the sink, column by column."""

    def __init__(self, sink: Sink, axes: Mapping[str, str]) -> None:
        self.sink = sink
        self.axes = axes
        self.columns: dict[str, tuple[list[int], list[float], list[float], list[int]]] = {}
        self.rows = 0
        self.taken = 0
        self.torn = False
        self.step = axes.get("step", "step")
        self.time = axes.get("time", "_timestamp")

    def add(self, row: dict[str, Any], number: int) -> None:
        step = self._step(row)
        if step is None:
            self.sink.fault(number, f"no step; expected a whole number named {', '.join(STEP_NAMES)}")
            return
        self.taken += 1
        time = self._time(row, number)
        for key, value in _numbers(row, self.sink, number):
            column = self.columns.get(key)
            if column is None:
                column = self.columns[key] = ([], [], [], [])
            column[0].append(step)
            column[1].append(value)
            column[2].append(time)
            column[3].append(number)
        self.rows += 1
        if self.rows >= ROWS or len(self.columns) > MOST_KEYS:
            self.flush()

    def _step(self, row: dict[str, Any]) -> int | None:
        value = row.get(self.step)
        if value is None:
            name = self.axes.get("step") or step_name([key for key in row if isinstance(key, str)])
            if name is None:
                return None
            self.step, value = name, row.get(name)
        number = as_number(value)
        if number is None or not abs(number) < LARGEST_STEP or number != int(number):
            return None
        return int(number)

    def _time(self, row: dict[str, Any], number: int) -> float:
        value = row.get(self.time)
        if value is None:
            self.time = next((name for name in TIME_NAMES if name in row), self.time)
            value = row.get(self.time)
        if isinstance(value, str):
            time, zoned = _moment(value)
            if not zoned and time and not self.sink.zoneless:
                self.sink.without_zone(number)
            return time
        return as_number(value) or 0.0

    def flush(self) -> None:
        for key, (steps, values, times, places) in self.columns.items():
            if not self.sink.takes(key, len(steps), places[0]):
                continue
            points = np.zeros(len(steps), POINT)
            points["step"], points["value"], points["place"] = steps, values, places
            points["time"] = plausible_time(np.array(times))
            self.sink.add(key, points)
        self.columns.clear()
        self.rows = 0


def as_number(value: object) -> float | None:
    """Numbers, also as text ("NaN" in exports); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value) if not isinstance(value, str) or len(value) < 64 else None
    except ValueError:
        return None
    except OverflowError:
        return math.inf


def _moment(text: str) -> tuple[float, bool]:
    """ISO 8601, UTC where no zone is told, and whether one is; 0 for anything else."""
    from originality.core.trace.numberkernel import moment

    if (number := as_number(text)) is not None:
        return number, True
    raw = np.frombuffer(text[:64].encode(), np.uint8)
    time, zoned = moment(raw, 0, len(raw))
    return max(0.0, float(time)), bool(zoned)


def _numbers(row: dict[str, Any], sink: Sink, number: int) -> Iterator[tuple[str, float]]:
    """Every number of a row; those of objects inside it are named with a slash."""
    waiting = [("", row, 1)]
    given = 0
    while waiting:
        prefix, item, depth = waiting.pop()
        for key, value in item.items():
            if type(value) is float or type(value) is int:
                found: float | None = as_number(value)
            elif isinstance(value, dict):
                if depth < DEEPEST:
                    waiting.append((f"{prefix}{key}/", value, depth + 1))
                continue
            else:
                found = as_number(value)
            if found is None or (key in AXIS_NAMES and not prefix):
                continue
            given += 1
            if given > MOST_KEYS:
                sink.fault(number, f"more than {MOST_KEYS:,} values in one row; the rest of the row is not read")
                return
            yield prefix + key, found


@numba.njit(cache=True)
def _scan(data: np.ndarray, offset: int, state: np.ndarray, stack: np.ndarray, spans: np.ndarray) -> tuple:
    """Find objects that stand directly in an array, the outermost of them: (start, end, line); `offset` is that of data[0].

    `state`: depth, in a text, after a backslash, depth of the record (0 for none), its start, line, start's line.
    """
    count = place = 0
    while place < len(data) and count < len(spans):
        byte = data[place]
        if state[1] or byte == 34:
            state[1] = not state[1] or byte != 34 or state[2]
            state[2] = byte == 92 and not state[2]
        elif byte in (123, 91):
            if byte == 123 and state[3] == 0 and 0 < state[0] < len(stack) and stack[state[0] - 1] == 91:
                state[3], state[4], state[6] = state[0] + 1, offset + place, state[5]
            if state[0] < len(stack):
                stack[state[0]] = byte
            state[0] += 1
        elif byte in (125, 93) and state[0] > 0:
            if state[3] == state[0]:
                spans[count, 0], spans[count, 1], spans[count, 2] = state[4], offset + place + 1, state[6]
                count, state[3] = count + 1, 0
            state[0] -= 1
        state[5] += byte == 10
        place += 1
    return place, count


def read_document(source: TextBytes, sink: Sink, *, axes: Mapping[str, str]) -> bool:
    """The objects of a document's arrays, one at a time: memory does not grow with the document.

    False where the document is whole and none of its objects has a step: a configuration, not a log.
    """
    before = sink.spool.faults.mark()
    columns = Columns(sink, axes)
    for record in _records(source, columns):
        if record.text:
            _row(_line(record.text), record.line, columns)
        else:
            sink.fault(record.line, "this object is longer than 4 MB; it is passed over")
    columns.flush()
    if columns.taken or columns.torn:
        return True
    sink.spool.faults.back_to(before)
    return False


def _records(source: TextBytes, columns: Columns) -> Iterator[Record]:
    state, stack = np.zeros(7, np.int64), np.zeros(64, np.uint8)
    state[5] = 1
    spans = np.zeros((4096, 3), np.int64)
    held, offset = b"", 0
    while data := source.read(BLOCK):
        base, buffer = offset - len(held), held + data
        raw, place = np.frombuffer(data, np.uint8), 0
        while place < len(raw):
            used, count = _scan(raw[place:], offset + place, state, stack, spans)
            for start, end, line in spans[:count].tolist():
                whole = start >= base and end - start <= LONGEST_RECORD
                yield Record(line, buffer[start - base : end - base] if whole else b"")
            place += used
        offset += len(data)
        begun = int(state[4]) - base
        held = buffer[begun:] if state[3] and begun >= 0 and len(buffer) - begun <= LONGEST_RECORD else b""
    if state[0] or state[1]:
        columns.torn = True
        columns.sink.fault(int(state[5]), "the document ends before it is closed; what stands before is read")
