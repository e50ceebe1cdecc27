"""The bytes of TensorBoard event files: checksums and the four fields of a record that are read, without an object a record."""

import numba
import numpy as np

LARGEST = 64 << 20  # bytes; a longer record is a damaged length
GOOD, DAMAGED_LENGTH, TOO_LONG, TORN, DAMAGED_BODY, NO_EVENT, TOO_MANY = range(7)
MASK = np.uint32(0xA282EAD8)
PRIME, BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)
# Columns of a row: bits of the value and of the time, float32 or float64; name as place and length in the buffer.
STEP, VALUE, KIND, TIME, PLACE, HASH, TAG, LENGTH = range(8)
FLOAT, DOUBLE = 1, 2


def _table() -> np.ndarray:
    """Castagnoli polynomial, reflected; row k is for a byte that k others follow."""
    table = np.zeros((8, 256), np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table[0, byte] = value
    for row in range(1, 8):
        table[row] = table[row - 1] >> 8 ^ table[0][table[row - 1] & 0xFF]
    return table


TABLE = _table()


@numba.njit(cache=True)
def masked(data: np.ndarray, start: int, end: int) -> np.uint32:
    """CRC32C, eight bytes at a time, masked as records are."""
    crc = np.uint32(0xFFFFFFFF)
    place = start
    while place + 8 <= end:
        low = crc ^ _fixed32(data, place)
        crc = (
            TABLE[7, low & 0xFF]
            ^ TABLE[6, low >> 8 & 0xFF]
            ^ TABLE[5, low >> 16 & 0xFF]
            ^ TABLE[4, low >> 24 & 0xFF]
            ^ TABLE[3, data[place + 4]]
            ^ TABLE[2, data[place + 5]]
            ^ TABLE[1, data[place + 6]]
            ^ TABLE[0, data[place + 7]]
        )
        place += 8
    while place < end:
        crc = TABLE[0, (crc ^ data[place]) & np.uint32(0xFF)] ^ (crc >> np.uint32(8))
        place += 1
    crc = crc ^ np.uint32(0xFFFFFFFF)
    return np.uint32((crc >> np.uint32(15) | crc << np.uint32(17)) + MASK)


@numba.njit(cache=True)
def _fixed32(data: np.ndarray, place: int) -> np.uint32:
    value = np.uint32(0)
    for i in range(4):
        value |= np.uint32(data[place + i]) << np.uint32(8 * i)
    return value


@numba.njit(cache=True)
def _fixed64(data: np.ndarray, place: int) -> np.uint64:
    return np.uint64(_fixed32(data, place)) | np.uint64(_fixed32(data, place + 4)) << np.uint64(32)


@numba.njit(cache=True)
def header_length(data: np.ndarray, place: int) -> np.int64:
    """Length that a record's head states, or -1 where its checksum does not fit."""
    if masked(data, place, place + 8) != _fixed32(data, place + 8):
        return np.int64(-1)
    length = _fixed64(data, place)
    return np.int64(length) if length < np.uint64(1 << 62) else np.int64(1 << 62)


@numba.njit(cache=True)
def next_head(data: np.ndarray, place: int, size: int) -> int:
    """The first place from which a record can be read again, or where too little is left to tell."""
    while place + 12 <= size:
        length = header_length(data, place)
        if 0 <= length <= LARGEST:
            return place
        place += 1
    return place


@numba.njit(cache=True)
def _varint(data: np.ndarray, place: int, end: int) -> tuple:
    """A number of up to 64 bits and the place after it, or -1."""
    shift, number = 0, np.uint64(0)
    while place < end and shift < 64:
        byte = data[place]
        number |= np.uint64(byte & 0x7F) << np.uint64(shift)
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return np.int64(number), place
    return np.int64(0), -1


@numba.njit(cache=True)
def field(data: np.ndarray, place: int, end: int, out: np.ndarray) -> int:
    """Read one field into out (number, wire, start, end or value); returns the place after it, or -1."""
    key, place = _varint(data, place, end)
    if place < 0:
        return -1
    out[0], out[1] = key >> 3, key & 7
    if out[1] == 0:
        out[2], place = _varint(data, place, end)
        return place
    if out[1] == 2:
        size, place = _varint(data, place, end)
    else:
        size = 8 if out[1] == 1 else (4 if out[1] == 5 else -1)
    if place < 0 or size < 0 or size > end - place:
        return -1
    out[2], out[3] = place, place + size
    return place + size


@numba.njit(cache=True)
def _tensor(data: np.ndarray, place: int, end: int, out: np.ndarray, row: np.ndarray) -> bool:
    """A tensor of one number, as packed value or as raw content; False where it is broken."""
    kind = size = 0
    while place < end:
        place = field(data, place, end, out)
        if place < 0:
            return False
        if out[0] == 1 and out[1] == 0:
            kind = out[2]
        elif out[1] != 0 and out[0] in (4, 5, 6) and out[3] - out[2] in (4, 8):
            size = out[3] - out[2]
            row[VALUE] = np.int64(_fixed32(data, out[2])) if size == 4 else np.int64(_fixed64(data, out[2]))
    row[KIND] = kind if size == 4 * kind and kind in (FLOAT, DOUBLE) else 0
    return True


@numba.njit(cache=True)
def _value(data: np.ndarray, place: int, end: int, out: np.ndarray, row: np.ndarray) -> bool:
    """One value of a summary: its name, and its number where it has one."""
    row[KIND], row[TAG], row[LENGTH] = 0, place, 0
    while place < end:
        place = field(data, place, end, out)
        if place < 0:
            return False
        if out[0] == 1 and out[1] == 2:
            row[TAG], row[LENGTH] = out[2], out[3] - out[2]
        elif out[0] == 2 and out[1] == 5:
            row[KIND], row[VALUE] = FLOAT, np.int64(_fixed32(data, out[2]))
        elif out[0] == 8 and out[1] == 2 and not _tensor(data, out[2], out[3], out, row):
            return False
    digest = BASIS
    for i in range(row[TAG], row[TAG] + row[LENGTH]):
        digest = (digest ^ np.uint64(data[i])) * PRIME
    row[HASH] = np.int64(digest)
    return True


@numba.njit(cache=True)
def _event(data: np.ndarray, bounds: np.ndarray, rows: np.ndarray, count: int, scratch: np.ndarray) -> int:
    """Append the numbers of one event; returns how many rows there are, -1 where it is broken, -2 where rows are full."""
    out = scratch[0]
    start, end = bounds[0] + 12, bounds[1] - 4
    time = step = np.int64(0)
    place, first = start, count
    while place < end:
        place = field(data, place, end, out)
        if place < 0:
            return -1
        if out[0] == 1 and out[1] == 1:
            time = np.int64(_fixed64(data, out[2]))
        elif out[0] == 2 and out[1] == 0:
            step = out[2]
        elif out[0] == 5 and out[1] == 2:
            count = _summary(data, out, rows, count, scratch[1])
            if count < 0:
                return count
    rows[first:count, STEP], rows[first:count, TIME] = step, time
    return count


@numba.njit(cache=True)
def _summary(data: np.ndarray, found: np.ndarray, rows: np.ndarray, count: int, out: np.ndarray) -> int:
    """Append the numbers of the summary between found[2] and found[3]."""
    place, end = found[2], found[3]
    while place < end:
        place = field(data, place, end, out)
        if place < 0:
            return -1
        if out[0] != 1 or out[1] != 2:
            continue
        if count >= len(rows):
            return -2
        if not _value(data, out[2], out[3], out, rows[count]):
            return -1
        count += rows[count, KIND] > 0
    return count


@numba.njit(cache=True)
def _record(data: np.ndarray, bounds: np.ndarray, rows: np.ndarray, count: int, scratch: np.ndarray) -> tuple:
    """Read the record between two bounds: what is wrong with it, and how many rows there are; -1 where rows are full."""
    place, whole = bounds[0], bounds[1]
    if masked(data, place + 12, whole - 4) != _fixed32(data, whole - 4):
        return DAMAGED_BODY, count
    after = _event(data, bounds, rows, count, scratch)
    if after == -2:
        return TOO_MANY, (-1 if count else 0)
    if after < 0:
        return NO_EVENT, count
    rows[count:after, PLACE] = place
    return GOOD, after


@numba.njit(cache=True)
def scan(data: np.ndarray, rows: np.ndarray, faults: np.ndarray, final: int, seeking: int) -> tuple:
    """Read whole records; returns place reached, rows, faults, bytes that the next record needs, and whether a head is sought.

    `faults` gets (kind, place). After a damaged head every following byte is tried as the next one.
    """
    place = count = broken = 0
    size = len(data)
    scratch, bounds = np.zeros((2, 4), np.int64), np.zeros(2, np.int64)
    while place + 12 <= size and broken < len(faults):
        if seeking:
            place = next_head(data, place, size)
            seeking = place + 12 > size
            continue
        length = header_length(data, place)
        whole = place + 16 + length
        if 0 <= length <= LARGEST and whole <= size:
            bounds[0], bounds[1] = place, whole
            bad, after = _record(data, bounds, rows, count, scratch)
            if after < 0:
                break
            count, place, at = after, whole, place
        elif 0 <= length <= LARGEST and not final:
            return place, count, broken, 16 + length, 0
        else:
            bad = DAMAGED_LENGTH if length < 0 else (TOO_LONG if length > LARGEST else TORN)
            place, at, seeking = place + 1, place, 1
        if bad != GOOD:
            faults[broken, 0], faults[broken, 1] = bad, at
            broken += 1
    return place, count, broken, 0, seeking
