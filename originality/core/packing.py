"""Unit features in four bits: one scale per direction, two numbers in a byte.

Rounding is a fixed point: features that were rounded once come back as they are from every further save, so that sketches
made in parts and merged equal sketches made in one piece.
"""

import numpy as np
from numpy.typing import NDArray

from originality.core.projection import Matrix

STEPS = 7  # on either side of zero
CLIP = 4.0  # standard deviations; beyond it a value is cut, which costs less than coarser steps for all the others
Bytes = NDArray[np.uint8]


def rounded(values: Matrix) -> Matrix:
    """Return the (n, k) features as a file would keep them."""
    spread = CLIP * np.sqrt(np.mean(values * values, axis=0, dtype=np.float64))
    limit = np.minimum(np.abs(values).max(axis=0, initial=0), spread)
    scales = _short(limit / STEPS)
    return np.asarray(_steps(values, scales) * scales, np.float32)


def pack(values: Matrix) -> tuple[Bytes, Matrix]:
    """Return (n, ⌈k/2⌉) bytes and k scales; exact for features that are `rounded`."""
    scales = _short(np.abs(values).max(axis=0, initial=0) / STEPS)
    codes = (_steps(values, scales) + (STEPS + 1)).astype(np.uint8)
    if codes.shape[1] % 2:
        codes = np.hstack([codes, np.zeros((len(codes), 1), np.uint8)])
    return codes[:, 0::2] | (codes[:, 1::2] << 4), scales


def unpack(packed: Bytes, scales: Matrix) -> Matrix:
    codes = np.empty((len(packed), 2 * packed.shape[1]), np.int8)
    codes[:, 0::2], codes[:, 1::2] = packed & 15, packed >> 4
    return np.asarray((codes[:, : len(scales)] - np.int8(STEPS + 1)) * scales, np.float32)


def _steps(values: Matrix, scales: Matrix) -> Matrix:
    return np.clip(np.rint(values / np.maximum(scales, np.float32(1e-30))), -STEPS, STEPS)


def _short(scales: NDArray[np.floating]) -> Matrix:
    """Round up to eight bits of mantissa: 7 · scale is then exact, and the scale is found again from the largest value."""
    bits = np.ascontiguousarray(scales, np.float32).view(np.uint32)
    return ((bits + np.uint32(0xFFFF)) & np.uint32(0xFFFF0000)).view(np.float32)
