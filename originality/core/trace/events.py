"""TensorBoard event files, read record by record with their checksums; nothing of TensorFlow is needed.

A record is: length (uint64), masked CRC32C of the length, data, masked CRC32C of the data. The data is a protocol buffer
of which four fields are read: wall time, step, and of each summary value its tag and number.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np

from originality.core.errors import InputError
from originality.core.trace.model import Fault

MASK = 0xA282EAD8
LARGEST = 64 << 20  # bytes; a longer record is a damaged length


class Scalar(NamedTuple):
    tag: str
    step: int
    wall_time: float
    value: float


def _table() -> np.ndarray:
    """Castagnoli polynomial, reflected."""
    table = np.zeros(256, np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table[byte] = value
    return table


TABLE = _table()


@numba.njit(cache=True)
def _crc(data: np.ndarray, table: np.ndarray) -> np.uint32:
    crc = np.uint32(0xFFFFFFFF)
    for byte in data:
        crc = table[(crc ^ byte) & np.uint32(0xFF)] ^ (crc >> np.uint32(8))
    return crc ^ np.uint32(0xFFFFFFFF)


def masked_crc(data: bytes) -> int:
    crc = int(_crc(np.frombuffer(data, np.uint8), TABLE))
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF


def read_events(path: Path) -> Iterator[Scalar | Fault]:
    """Yield the scalars of a file and a Fault for each bad record; a bad length ends the file, a bad body is skipped."""
    with path.open("rb") as file:
        offset = 0
        while head := file.read(12):
            if len(head) < 12 or masked_crc(head[:8]) != struct.unpack("<I", head[8:])[0]:
                yield Fault(path.name, offset, "the length is damaged; the rest of the file cannot be read")
                return
            length = struct.unpack("<Q", head[:8])[0]
            if length > LARGEST:
                yield Fault(path.name, offset, f"a record of {length} bytes is longer than any event")
                return
            body = file.read(length + 4)
            yield from _record(path.name, offset, body, length=length)
            offset += 12 + length + 4


def _record(name: str, offset: int, body: bytes, *, length: int) -> Iterator[Scalar | Fault]:
    if len(body) < length + 4:
        yield Fault(name, offset, "the file ends inside this record")
    elif masked_crc(body[:length]) != struct.unpack("<I", body[length:])[0]:
        yield Fault(name, offset, "the checksum does not fit the data")
    else:
        try:
            yield from _scalars(body[:length])
        except (InputError, struct.error, UnicodeDecodeError, IndexError) as error:
            yield Fault(name, offset, f"not an event: {error}")


def _scalars(event: bytes) -> Iterator[Scalar]:
    wall_time, step, summary = 0.0, 0, b""
    for number, value in _fields(event):
        if number == 1 and isinstance(value, bytes):
            wall_time = struct.unpack("<d", value)[0]
        elif number == 2 and isinstance(value, int):
            step = value
        elif number == 5 and isinstance(value, bytes):
            summary = value
    for number, value in _fields(summary):
        if number == 1 and isinstance(value, bytes):
            tag, scalar = _summary_value(value)
            if scalar is not None:
                yield Scalar(tag, step, wall_time, scalar)


def _summary_value(message: bytes) -> tuple[str, float | None]:
    """Read simple_value (field 2) or the float tensor that newer writers use (field 8)."""
    tag, scalar = "", None
    for number, value in _fields(message):
        if not isinstance(value, bytes):
            continue
        if number == 1:
            tag = value.decode("utf-8")
        elif number == 2:
            scalar = struct.unpack("<f", value)[0]
        elif number == 8:
            scalar = _tensor_value(value)
    return tag, scalar


def _tensor_value(message: bytes) -> float | None:
    """Return a scalar float tensor's number: packed float_val (field 5) or tensor_content (field 4)."""
    kind = next((value for number, value in _fields(message) if number == 1), None)
    for number, value in _fields(message):
        if kind == 1 and number in {4, 5} and isinstance(value, bytes) and len(value) == 4:
            return float(struct.unpack("<f", value)[0])
    return None


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value): varints as int, everything else as its bytes."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(message, place)
            yield number, value
            continue
        if wire == 2:
            size, place = _varint(message, place)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise InputError(f"wire type {wire} is unknown")
        if place + size > len(message):
            raise InputError(f"field {number} is longer than its message")
        yield number, message[place : place + size]
        place += size


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
        if shift > 63:
            raise InputError("a number is longer than 64 bits")
