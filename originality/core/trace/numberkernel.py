"""Rows of a delimited text as numbers, cell by cell, without an object a cell.

Numbers up to 1e300 are those of Python's `float` up to the last bit: mantissa times a power of ten in double-double
arithmetic (Dekker 1971).
"""

import numba
import numpy as np

EMPTY, NUMBER, TEXT, ZONELESS = range(4)  # the last: a moment that tells no time zone
SPAN = 308
POWERS = np.array([float(f"1e{exponent}") for exponent in range(-SPAN, SPAN + 1)])
SPLIT = 134217729.0  # 2^27 + 1
ROW_GOOD, ROW_SHORT, ROW_LONG, ROW_BLANK = range(4)


def _rests() -> np.ndarray:
    """What the double nearest to each power of ten lacks, itself as a double; 0 where it would be subnormal."""
    from fractions import Fraction

    exact = [Fraction(10) ** exponent for exponent in range(-SPAN, SPAN + 1)]
    return np.array([float(power - Fraction(near)) for power, near in zip(exact, POWERS.tolist(), strict=True)])


RESTS = _rests()


@numba.njit(cache=True)
def _scaled(mantissa: np.uint64, exponent: int) -> float:
    """Mantissa times a power of ten."""
    high = np.float64(mantissa)
    if mantissa <= np.uint64(1 << 53) and -22 <= exponent <= 22:
        return high / POWERS[SPAN - exponent] if exponent < 0 else high * POWERS[SPAN + exponent]
    if mantissa == 0 or exponent < -345:
        return 0.0
    if exponent > SPAN:
        return np.inf
    if exponent < -290:
        return _scaled(mantissa, exponent + 40) * 1e-40
    back = np.uint64(high) if high < 1.8446744073709550e19 else np.uint64(0)
    low = np.float64(np.int64(mantissa - back)) if high < 1.8446744073709550e19 else 0.0
    power, rest = POWERS[SPAN + exponent], RESTS[SPAN + exponent]
    product = high * power
    if not np.isfinite(product) or power > 1e280:
        return product
    a = SPLIT * high
    a_high = a - (a - high)
    b = SPLIT * power
    b_high = b - (b - power)
    a_low, b_low = high - a_high, power - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product + (error + (high * rest + low * power))


@numba.njit(cache=True)
def _word(data: np.ndarray, start: int, end: int) -> float:
    """nan, inf and infinity in any case; -1 for anything else."""
    size = end - start
    if size == 3:
        a, b, c = data[start] | 32, data[start + 1] | 32, data[start + 2] | 32
        if a == 110 and b == 97 and c == 110:
            return np.nan
        if a == 105 and b == 110 and c == 102:
            return np.inf
    if size == 8 and data[start] | 32 == 105 and data[start + 1] | 32 == 110 and data[end - 1] | 32 == 121:
        return np.inf
    return -1.0


@numba.njit(cache=True)
def _power(data: np.ndarray, place: int, end: int) -> tuple:
    """What follows the letter e, and the place after it; -1 where no digit follows."""
    down = place < end and data[place] == 45
    if place < end and data[place] in (43, 45):
        place += 1
    start, power = place, 0
    while place < end and 48 <= data[place] <= 57:
        power = min(power * 10 + data[place] - 48, 99999)
        place += 1
    return (-power if down else power), (place if place > start else -1)


@numba.njit(cache=True)
def number(data: np.ndarray, start: int, end: int, point: int, grouped: int) -> tuple:
    """Whether these bytes are one number, and which; `grouped` allows 1,024."""
    negative = start < end and data[start] == 45
    place = start + (start < end and data[start] in (43, 45))
    mantissa, digits, seen, after = np.uint64(0), 0, 0, False
    exponent: int = 0
    while place < end:
        byte = data[place]
        if 48 <= byte <= 57:
            seen += 1
            room = digits < 19
            mantissa = mantissa * np.uint64(10) + np.uint64(byte - 48) if room else mantissa
            digits += 1 if room and mantissa > 0 else 0
            exponent += (0 if room else 1) - after
        elif byte == point and not after:
            after = True
        elif not (grouped and byte == 44 and not after and seen):
            break
        place += 1
    if not seen:
        value = _word(data, place, end)
        return value != -1.0, (-value if negative else value)
    if place < end and data[place] | 32 == 101:
        power, place = _power(data, place + 1, end)
        exponent += power
    value = _scaled(mantissa, exponent)
    return place == end, (-value if negative else value)


@numba.njit(cache=True)
def _digits(data: np.ndarray, place: int, end: int, most: int) -> tuple:
    value, count = 0, 0
    while place < end and count < most and 48 <= data[place] <= 57:
        value, place, count = value * 10 + data[place] - 48, place + 1, count + 1
    return value, place, count


@numba.njit(cache=True)
def moment(data: np.ndarray, start: int, end: int) -> tuple:
    """Seconds since 1970 of 2026-11-01[ T]10:20[:30[.5]][Z|+09:00] (-1: none), and whether a zone is told; else it is read as UTC."""
    year, place, count = _digits(data, start, end, 4)
    parts = np.zeros(6, np.int64)
    if count < 4:
        return -1.0, False
    for i in range(1, 6):
        if place >= end or (i == 5 and data[place] != 58):
            break
        part, after, count = _digits(data, place + 1, end, 2)
        if not count:
            return -1.0, False
        parts[i], place = part, after
    month, day = parts[1], parts[2]
    if not (1 <= month <= 12 and 1 <= day <= 31 and parts[3] < 25 and parts[4] < 60 and parts[5] < 62):
        return -1.0, False
    fraction = 0.0
    if place < end and data[place] == 46:
        value, place, count = _digits(data, place + 1, end, 9)
        fraction = value / 10.0**count
    zone, zoned = 0, place < end
    if place < end and data[place] in (43, 45):
        sign = -1 if data[place] == 45 else 1
        hours, place, count = _digits(data, place + 1, end, 2)
        place += place < end and data[place] == 58
        minutes, place, count = _digits(data, place, end, 2)
        zone = sign * (hours * 3600 + minutes * 60)
    elif place < end and data[place] == 90:
        place += 1
    if place != end:
        return -1.0, False
    # Days of the civil calendar with years that begin in March.
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return days * 86400.0 + parts[3] * 3600 + parts[4] * 60 + parts[5] + fraction - zone, zoned


@numba.njit(cache=True)
def _quoted_end(data: np.ndarray, place: int, out: np.ndarray) -> int:
    """Where a quoted cell ends; one that is not closed ends with a line, after 4 kB at the latest."""
    start = place
    while place < len(data):
        byte = data[place]
        if byte == 34:
            if place + 1 >= len(data) or data[place + 1] != 34:
                break
            place += 1
        elif byte == 10:
            if place - start > 4096:
                break
            out[3] += 1
        place += 1
    return place


@numba.njit(cache=True)
def _cell(data: np.ndarray, place: int, delimiter: int, out: np.ndarray) -> int:
    """Find one cell: start, end and whether it is quoted into out, lines passed added to out[3]; returns the sign after it."""
    size = len(data)
    while place < size and data[place] == 32:
        place += 1
    out[2] = place < size and data[place] == 34
    out[0] = place + out[2]
    if out[2]:
        place = _quoted_end(data, place + 1, out)
        out[1] = place
    while place < size and data[place] != delimiter and data[place] != 10:
        place += 1
    if not out[2]:
        out[1] = place
    while out[1] > out[0] and data[out[1] - 1] in (32, 13):
        out[1] -= 1
    return place


@numba.njit(cache=True)
def _row(data: np.ndarray, signs: np.ndarray, values: np.ndarray, status: np.ndarray, cell: np.ndarray) -> int:
    """Parse the line at cell[4] into values and status; returns how it stands against the header."""
    delimiter, point, width, time = signs[0], signs[1], signs[2], signs[3]
    column, place, blank = 0, cell[4], True
    while True:
        place = _cell(data, place, delimiter, cell)
        filled = cell[1] > cell[0]
        blank = blank and not filled
        goal = signs[4 + column] if column < width else -1
        if goal >= 0 and filled:
            good, value = number(data, cell[0], cell[1], point, cell[2] and point == 46)
            status[goal] = NUMBER if good else TEXT
            if not good and column == time:
                value, zoned = moment(data, cell[0], cell[1])
                status[goal] = TEXT if value < 0 else (NUMBER if zoned else ZONELESS)
            values[goal] = value
        column += 1
        if place >= len(data) or data[place] == 10:
            break
        place += 1
    cell[4] = place + 1
    column -= column == width + 1 and not filled
    if blank and column == 1:
        return ROW_BLANK
    return ROW_GOOD if column == width else (ROW_SHORT if column < width else ROW_LONG)


@numba.njit(cache=True)
def parse(data: np.ndarray, signs: np.ndarray, values: np.ndarray, status: np.ndarray, rows: np.ndarray) -> tuple:
    """Parse whole lines; returns bytes used, rows, and lines passed.

    `signs` are delimiter, decimal point, number of columns and the column of times or -1, then for each column where its
    numbers go, -1 for nowhere; `rows` gets the line of each row, how it stands against the header, and where it begins.
    """
    cell = np.zeros(5, np.int64)
    count = 0
    while cell[4] < len(data) and count < len(rows):
        rows[count, 0], rows[count, 2] = cell[3], cell[4]
        status[count] = EMPTY
        rows[count, 1] = _row(data, signs, values[count], status[count], cell)
        cell[3] += 1
        count += 1
    return min(cell[4], len(data)), count, cell[3]
