"""Unit features in four bits: one scale per direction, two numbers in a byte; embedding rows in eight.

Rounding is a fixed point: numbers that were rounded once come back as they are from every further save, so that sketches
made in parts and merged equal sketches made in one piece.
"""

import numpy as np
from numpy.typing import NDArray

from originality.core.projection import Matrix

NIBBLE, BYTE = 7, 127  # steps on either side of zero
CLIP = 4.0  # standard deviations; beyond it a nibble is cut, which costs less than coarser steps for all the others
Bytes = NDArray[np.uint8]


def rounded(values: Matrix, *, steps: int = NIBBLE) -> Matrix:
    """Return the (n, k) numbers as a file would keep them."""
    limit = np.abs(values).max(axis=0, initial=0)
    if steps == NIBBLE and len(values):
        limit = np.minimum(limit, CLIP * np.sqrt(np.mean(values * values, axis=0, dtype=np.float64)))
    scales = _short(limit / steps)
    return np.asarray(_steps(values, scales, steps=steps) * scales, np.float32)


def pack(values: Matrix) -> tuple[Bytes, Matrix]:
    """Return (n, ⌈k/2⌉) bytes and k scales; exact for features that are `rounded`."""
    codes, scales = pack_bytes(values, steps=NIBBLE)
    if codes.shape[1] % 2:
        codes = np.hstack([codes, np.zeros((len(codes), 1), np.uint8)])
    return np.asarray(codes[:, 0::2] | (codes[:, 1::2] << 4), np.uint8), scales


def pack_bytes(values: Matrix, *, steps: int = BYTE) -> tuple[Bytes, Matrix]:
    """Return (n, k) bytes and k scales."""
    scales = _short(np.abs(values).max(axis=0, initial=0) / steps)
    return (_steps(values, scales, steps=steps) + (steps + 1)).astype(np.uint8), scales


def unpack(packed: Bytes, scales: Matrix) -> Matrix:
    codes = np.empty((len(packed), 2 * packed.shape[1]), np.uint8)
    codes[:, 0::2], codes[:, 1::2] = packed & 15, packed >> 4
    return unpack_bytes(codes[:, : len(scales)], scales, steps=NIBBLE)


def unpack_bytes(codes: Bytes, scales: Matrix, *, steps: int = BYTE) -> Matrix:
    return np.asarray((codes.astype(np.int16) - np.int16(steps + 1)) * scales, np.float32)


def _steps(values: Matrix, scales: Matrix, *, steps: int) -> Matrix:
    return np.clip(np.rint(values / np.maximum(scales, np.float32(1e-30))), -steps, steps)


def _short(scales: NDArray[np.floating]) -> Matrix:
    """Round up to eight bits of mantissa: steps · scale is then exact, and the scale is found again from the largest value."""
    bits = np.ascontiguousarray(scales, np.float32).view(np.uint32)
    return ((bits + np.uint32(0xFFFF)) & np.uint32(0xFFFF0000)).view(np.float32)
