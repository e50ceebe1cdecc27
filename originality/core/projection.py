"""Johnson–Lindenstrauss projections from a public seed: anybody can derive the same sketch again.

The directions must not depend on a library's release, so they come from the raw bits of PCG64.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SEED = 20_260_115
Matrix = NDArray[np.float32]


@lru_cache(maxsize=8)
def signs(width: int, k: int, *, stream: int = 0) -> Matrix:
    """Return a (width, k) matrix of ±1/√k: inner products of projected unit vectors are kept within about 1/√k."""
    if k >= width and stream == 0:
        return np.eye(width, dtype=np.float32)
    bits = np.random.PCG64([SEED, stream, width]).random_raw((width * k + 63) // 64)
    flat = np.unpackbits(bits.view(np.uint8))[: width * k].astype(np.float32)
    return (flat.reshape(width, k) * 2 - 1) / np.float32(np.sqrt(k))


@lru_cache(maxsize=256)
def sample_positions(size: int, count: int) -> NDArray[np.int64]:
    """Return sorted element positions; the same for every tensor of that size, so two sketches sample alike."""
    if size <= count:
        return np.arange(size)
    raw = np.random.PCG64([SEED, 1, size]).random_raw(count)
    return np.sort((raw % np.uint64(size)).astype(np.int64))
