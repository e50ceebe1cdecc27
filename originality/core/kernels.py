"""Loops that must run at the speed of memory; each is checked against numpy in the tests."""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.uint16]
FAST = {"reassoc", "contract", "nsz"}  # the full set is undefined for NaN


@numba.njit(nogil=True, cache=True)
def to_bf16(values: Floats) -> Codes:
    """Round to the nearest bfloat16, ties to even, as the frameworks do; values is flat."""
    bits = values.view(np.uint32)
    codes = np.empty(bits.size, np.uint16)
    for i in range(bits.size):
        rounded = np.uint64(bits[i]) + np.uint64(0x7FFF) + np.uint64((bits[i] >> 16) & 1)
        codes[i] = np.uint16((rounded >> np.uint64(16)) & np.uint64(0xFFFF))
    return codes


@numba.njit(nogil=True, cache=True)
def count_codes(tables: NDArray[np.int64], codes: NDArray[np.unsignedinteger]) -> None:
    """Add the codes (uint8 or uint16) to four tables of all their values, of shape (4, 256) or (4, 65536)."""
    whole = codes.size - codes.size % 4
    for i in range(0, whole, 4):
        tables[0, codes[i]] += 1
        tables[1, codes[i + 1]] += 1
        tables[2, codes[i + 2]] += 1
        tables[3, codes[i + 3]] += 1
    for i in range(whole, codes.size):
        tables[0, codes[i]] += 1


@numba.njit(nogil=True, cache=True)
def histogram(codes: Codes) -> NDArray[np.int64]:
    """Counts of all 65,536 bfloat16 values; four tables break the dependency between stores."""
    tables = np.zeros((4, 65536), np.int64)
    count_codes(tables, codes)
    return tables[0] + tables[1] + tables[2] + tables[3]


@numba.njit(nogil=True, cache=True)
def count_rounded(tables: NDArray[np.int64], bits: NDArray[np.uint32]) -> tuple[int, int]:
    """Add float32 numbers, rounded as `to_bf16` does; returns how many are NaN and how many infinite before rounding."""
    nan = infinite = 0
    for i in range(bits.size):
        rounded = np.uint64(bits[i]) + np.uint64(0x7FFF) + np.uint64((bits[i] >> 16) & 1)
        tables[i & 3, (rounded >> np.uint64(16)) & np.uint64(0xFFFF)] += 1
        if (bits[i] & 0x7F800000) == 0x7F800000:
            if bits[i] & 0x7FFFFF:
                nan += 1
            else:
                infinite += 1
    return nan, infinite


@numba.njit(nogil=True, cache=True, fastmath=FAST)
def pair_sums(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Return Σa, Σb, Σa², Σb², Σab of two flat arrays; float32 lanes are flushed to float64 every 4,096 elements."""
    sums = np.zeros(5, np.float64)
    for start in range(0, a.size, 4096):
        x, y = a[start : start + 4096], b[start : start + 4096]
        sa = sb = saa = sbb = sab = np.float32(0)
        for i in range(x.size):
            sa += x[i]
            sb += y[i]
            saa += x[i] * x[i]
            sbb += y[i] * y[i]
            sab += x[i] * y[i]
        sums += np.array([sa, sb, saa, sbb, sab], np.float64)
    return sums


def bf16_values() -> Floats:
    """Return the value of every bfloat16 code, so that moments and quantiles come from a histogram alone."""
    return (np.arange(65536, dtype=np.uint32) << 16).view(np.float32)


@numba.njit(nogil=True, cache=True)
def lift(stored: NDArray[np.unsignedinteger], out: NDArray[np.uint32], shift: int) -> None:
    """Write the bits of float32 numbers: of bfloat16 codes with shift 16, of float32 bits with shift 0; both (rows, width)."""
    for i in range(stored.shape[0]):
        for j in range(stored.shape[1]):
            out[i, j] = np.uint32(stored[i, j]) << np.uint32(shift)


@numba.njit(nogil=True, cache=True)
def untrained(
    bits: NDArray[np.unsignedinteger], before: NDArray[np.unsignedinteger], magnitude: int
) -> NDArray[np.bool_]:
    """Mark rows that are constant or equal the row before them (`before` comes before the first, empty where none does).

    `magnitude` is the mask without the sign bit: zeros of either sign are equal. Trained rows differ at once, so this is free.
    """
    marks = np.zeros(bits.shape[0], np.bool_)
    for i in range(bits.shape[0]):
        row = bits[i]
        last = bits[i - 1] if i else before
        constant, repeated = True, last.size == row.size
        for j in range(row.size):
            constant = constant and (row[j] == row[0] or ((row[j] | row[0]) & magnitude) == 0)
            repeated = repeated and (row[j] == last[j] or ((row[j] | last[j]) & magnitude) == 0)
            if not (constant or repeated):
                break
        marks[i] = constant or repeated
    return marks


@numba.njit(nogil=True, cache=True, fastmath=FAST)
def fold(rows: Floats, coins: Floats, k: int) -> Floats:
    """Return (n, k): channel j times its coin, added to bucket j mod k; rows is (n, width) with width ≥ k."""
    folded = np.zeros((rows.shape[0], k), np.float32)
    for i in range(rows.shape[0]):
        for start in range(0, rows.shape[1], k):
            values, flips = rows[i, start : start + k], coins[start : start + k]
            for j in range(values.size):
                folded[i, j] += values[j] * flips[j]
    return folded


def widened(stored: NDArray[Any]) -> Floats:
    """Return float32 numbers of stored ones (rows, width), bfloat16 held as uint16."""
    if stored.dtype == np.float16:
        stored = stored.astype(np.float32)
    bits = stored if stored.dtype == np.uint16 else stored.view(np.uint32)
    out = np.empty(stored.shape, np.uint32)
    lift(bits, out, 16 if bits.dtype == np.uint16 else 0)
    return out.view(np.float32)
