"""Everything that gated units keep, in one pass over their three matrices: each row stays in the nearest cache meanwhile."""

import numba
import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import FAST, Floats

Bits = NDArray[np.unsignedinteger]


@numba.njit(nogil=True, cache=True)
def turned(stored: Bits, out: Bits) -> None:
    """Write the transpose of stored (d, n) as out (n, d), tile by tile."""
    deep, wide = stored.shape
    for top in range(0, deep, 16):
        for left in range(0, wide, 64):
            for i in range(left, min(left + 64, wide)):
                for j in range(top, min(top + 16, deep)):
                    out[i, j] = stored[j, i]


@numba.njit(nogil=True, cache=True, fastmath=FAST)
def _lifted(row: Bits, gain: Floats, shift: int, out: NDArray[np.uint32]) -> Floats:
    for j in range(row.size):
        out[j] = np.uint32(row[j]) << np.uint32(shift)
    values = out.view(np.float32)
    for j in range(row.size):
        values[j] *= gain[j]
    return values


@numba.njit(nogil=True, cache=True, fastmath=FAST)
def _dot(a: Floats, b: Floats) -> float:
    """Float32 lanes, flushed to float64 every 4,096 numbers."""
    total = 0.0
    for start in range(0, a.size, 4096):
        x, y, part = a[start : start + 4096], b[start : start + 4096], np.float32(0)
        for j in range(x.size):
            part += x[j] * y[j]
        total += float(part)
    return total


@numba.njit(nogil=True, cache=True, fastmath=FAST)
def _folded(row: Floats, coins: Floats, out: Floats) -> None:
    """Channel j times its coin is added to bucket j mod the number of buckets."""
    out[:] = 0
    for start in range(0, row.size, out.size):
        values, flips = row[start : start + out.size], coins[start : start + out.size]
        for j in range(values.size):
            out[j] += values[j] * flips[j]


@numba.njit(nogil=True, cache=True)
def gated_units(
    units: tuple[Bits, Bits, Bits], gain: Floats, coins: Floats, shift: int, buckets: int
) -> tuple[Floats, NDArray[np.float64]]:
    """Return folded (3, m, buckets) and sums (m, 6): gg, uu, dd, gu, gd, ud, of gate, up and down, each (m, d).

    gain goes into what reads, gate and up. The bits are bfloat16 codes with shift 16 or those of float32 with shift 0.
    """
    gate, up, down = units
    count, width = gate.shape
    folded, sums = np.empty((3, count, buckets), np.float32), np.empty((count, 6), np.float64)
    rooms, plain = np.empty((3, width), np.uint32), np.ones(width, np.float32)
    for i in range(count):
        g = _lifted(gate[i], gain, shift, rooms[0])
        u = _lifted(up[i], gain, shift, rooms[1])
        d = _lifted(down[i], plain, shift, rooms[2])
        sums[i, 0], sums[i, 1], sums[i, 2] = _dot(g, g), _dot(u, u), _dot(d, d)
        sums[i, 3], sums[i, 4], sums[i, 5] = _dot(g, u), _dot(g, d), _dot(u, d)
        _folded(g, coins, folded[0, i])
        _folded(u, coins, folded[1, i])
        _folded(d, coins, folded[2, i])
    return folded, sums
