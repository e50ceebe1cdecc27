"""Loops that must run at the speed of memory; each is checked against numpy in the tests."""

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
        stop = min(start + 4096, a.size)
        sa = sb = saa = sbb = sab = np.float32(0)
        for i in range(start, stop):
            sa += a[i]
            sb += b[i]
            saa += a[i] * a[i]
            sbb += b[i] * b[i]
            sab += a[i] * b[i]
        sums += np.array([sa, sb, saa, sbb, sab], np.float64)
    return sums


def bf16_values() -> Floats:
    """Return the value of every bfloat16 code, so that moments and quantiles come from a histogram alone."""
    return (np.arange(65536, dtype=np.uint32) << 16).view(np.float32)


def widen_bf16(codes: Codes) -> Floats:
    return (codes.astype(np.uint32) << np.uint32(16)).view(np.float32)
