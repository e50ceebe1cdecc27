"""TensorBoard event files, read in blocks with every checksum; nothing of TensorFlow is needed.

A record is: length (uint64), masked CRC32C of the length, data, masked CRC32C of the data. The data is a protocol buffer
of which four fields are read: wall time, step, and of each summary value its tag and number. After a damaged length the
next record whose head is whole is looked for, byte by byte.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from originality.core.trace import eventkernel as kernel
from originality.core.trace.spool import POINT, Sink, plausible_time

BLOCK = 8 << 20
ROWS = 1 << 17
SAYS = {
    kernel.DAMAGED_LENGTH: "the length of this record is damaged; reading goes on at the next whole record",
    kernel.TOO_LONG: "this record says that it is longer than any event; reading goes on at the next whole record",
    kernel.TORN: "the file ends inside this record",
    kernel.DAMAGED_BODY: "the checksum does not fit the data",
    kernel.NO_EVENT: "not an event: its fields cannot be read",
    kernel.TOO_MANY: "this event has more than 131,072 values; it is not read",
}


class Block(NamedTuple):
    """Rows of `kernel.scan` and the buffer that their names lie in; `faults` are (kind, offset in the file)."""

    data: np.ndarray
    rows: np.ndarray
    faults: np.ndarray


def masked_crc(data: bytes) -> int:
    return int(kernel.masked(np.frombuffer(data, np.uint8), 0, len(data)))


def is_event_file(head: bytes) -> bool:
    """Whether a file begins with the head of a record."""
    if len(head) < 12:
        return False
    return bool(0 <= kernel.header_length(np.frombuffer(head[:12], np.uint8), 0) <= kernel.LARGEST)


def read_events(file: BinaryIO, sink: Sink) -> None:
    """Give the scalars of a file to the sink, and a fault for each record that cannot be used."""
    names: dict[int, str] = {}
    for block in _blocks(file):
        for kind, offset in block.faults.tolist():
            sink.fault(offset, SAYS[kind])
        if len(block.rows):
            _deliver(block, names, sink)


def _blocks(file: BinaryIO) -> Iterator[Block]:
    """Read a file in blocks that grow to hold the longest record; offsets in what is yielded are those of the file."""
    data = np.zeros(BLOCK, np.uint8)
    rows, faults = np.zeros((ROWS, 8), np.int64), np.zeros((4096, 2), np.int64)
    size = base = needed = 0
    final = seeking = False
    while not final or size:
        if not final:
            data = _grown(data, max(BLOCK, needed))
            got = file.readinto(memoryview(data)[size:])  # type: ignore[attr-defined, arg-type]
            size, final = size + got, not got
        place, count, broken, needed, seeking = kernel.scan(data[:size], rows, faults, int(final), int(seeking))
        found = rows[:count].copy()
        found[:, kernel.PLACE] += base
        where = faults[:broken].copy()
        where[:, 1] += base
        yield Block(data, found, where)
        data[: size - place] = data[place:size].copy()
        size, base = size - place, base + place
        if final and size < 12:
            if size and not seeking:
                yield Block(data, found[:0], np.array([[kernel.TORN, base]]))
            return


def _grown(data: np.ndarray, size: int) -> np.ndarray:
    if size <= len(data):
        return data
    larger = np.zeros(size, np.uint8)
    larger[: len(data)] = data
    return larger


def _deliver(block: Block, names: dict[int, str], sink: Sink) -> None:
    """Sort rows by name, names by their first place; the order of rows in the file stays."""
    rows = block.rows
    order = np.argsort(rows[:, kernel.HASH], kind="stable")
    rows = rows[order]
    starts = np.flatnonzero(np.append(True, rows[1:, kernel.HASH] != rows[:-1, kernel.HASH]))
    ends = np.append(starts[1:], len(rows))
    for number in np.argsort(rows[starts, kernel.PLACE], kind="stable"):
        group = rows[starts[number] : ends[number]]
        name = _name(block.data, group[0], names, sink)
        if sink.takes(name, len(group), int(group[0, kernel.PLACE])):
            sink.add(name, _points(group))


def _name(data: np.ndarray, row: np.ndarray, names: dict[int, str], sink: Sink) -> str:
    """The name of a row; few are remembered, for a log may have millions."""
    digest = int(row[kernel.HASH])
    if digest not in names:
        raw = data[row[kernel.TAG] : row[kernel.TAG] + min(row[kernel.LENGTH], 4096)].tobytes()
        name = raw.decode("utf-8", errors="replace")
        if "\ufffd" in name:
            sink.note(int(row[kernel.PLACE]), f"the name of a value is not UTF-8: {name}")
        if len(names) > 20_000:
            names.clear()
        names[digest] = name
    return names[digest]


def _points(rows: np.ndarray) -> np.ndarray:
    points = np.zeros(len(rows), POINT)
    bits = np.ascontiguousarray(rows[:, kernel.VALUE])
    single = bits.astype(np.uint32).view(np.float32)
    with np.errstate(invalid="ignore"):
        points["value"] = np.where(rows[:, kernel.KIND] == kernel.FLOAT, single, bits.view(np.float64))
    points["step"], points["place"] = rows[:, kernel.STEP], rows[:, kernel.PLACE]
    points["time"] = plausible_time(np.ascontiguousarray(rows[:, kernel.TIME]).view(np.float64))
    return points
