"""The loop over the numbers of two checkpoints and of step 0, at the speed of memory."""

import numba
import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import FAST, Floats

AA, BB, AB, MOVED, SUM_A, SUM_B, SS, BS, FROM_START, MAX_MOVED, MAX_A, MAX_B = range(12)
SUMS = 9  # the columns before the maxima
PIECE = 4096


@numba.njit(nogil=True, cache=True)
def largest(bits: NDArray[np.uint32]) -> np.uint32:
    """The bits of the largest magnitude; of floats as integers, since a maximum of floats is not computed side by side."""
    high = np.uint32(0)
    for i in range(bits.size):
        magnitude = bits[i] & np.uint32(0x7FFFFFFF)
        high = max(high, magnitude)
    return high


@numba.njit(nogil=True, cache=True, fastmath=FAST)
def row_sums(before: Floats, after: Floats, start: Floats) -> NDArray[np.float64]:
    """Return (rows, 12) sums and maxima of three (rows, width) blocks of one tensor.

    Columns: Σa², Σb², Σab, Σ(b−a)², Σa, Σb, Σs², Σbs, Σ(b−s)², max|b−a|, max|a|, max|b|. Lanes of float32 are flushed to
    float64 every 4,096 numbers. NaN shows in the sums of squares.
    """
    out = np.zeros((before.shape[0], 12), np.float64)
    moved, found = np.empty(PIECE, np.float32), np.empty(3, np.uint32)
    for row in range(before.shape[0]):
        for first in range(0, before.shape[1], PIECE):
            a = before[row, first : first + PIECE]
            b = after[row, first : first + PIECE]
            s = start[row, first : first + PIECE]
            aa = bb = ab = dd = sa = sb = ss = bs = ee = np.float32(0)
            for i in range(a.size):
                x, y, z = a[i], b[i], s[i]
                d, e = y - x, y - z
                moved[i] = d
                aa += x * x
                bb += y * y
                ab += x * y
                dd += d * d
                sa += x
                sb += y
                ss += z * z
                bs += y * z
                ee += e * e
            out[row, :9] += np.array([aa, bb, ab, dd, sa, sb, ss, bs, ee], np.float64)
            found[0] = largest(moved[: a.size].view(np.uint32))
            found[1] = largest(a.view(np.uint32))
            found[2] = largest(b.view(np.uint32))
            out[row, 9:] = np.maximum(out[row, 9:], found.view(np.float32).astype(np.float64))
    return out
