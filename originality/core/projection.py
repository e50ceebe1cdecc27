"""Johnson–Lindenstrauss projections from a public seed: anybody can derive the same sketch again.

Channel j is added to bucket j mod k with a public sign (the sparse map of Charikar, Chen and Farach-Colton 2002): inner products
of unit vectors are kept within about 1/√k, as by a dense map, for one addition per number. The signs must not depend on a
library's release, so they come from the raw bits of PCG64.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SEED = 20_260_115
Matrix = NDArray[np.float32]


@lru_cache(maxsize=32)
def coins(width: int) -> Matrix:
    """Return the public sign of every channel, as a vector of ±1."""
    bits = np.random.PCG64([SEED, 0, width]).random_raw((width + 63) // 64)
    return np.unpackbits(bits.view(np.uint8))[:width].astype(np.float32) * 2 - 1


@lru_cache(maxsize=32)
def signs(width: int, k: int) -> Matrix:
    """Return the (width, k) matrix of the map; with as many buckets as channels it is the identity."""
    if k >= width:
        return np.eye(width, dtype=np.float32)
    directions = np.zeros((width, k), np.float32)
    channels = np.arange(width)
    directions[channels, channels % k] = coins(width)
    return directions


def fold_rows(rows: Matrix, k: int) -> Matrix:
    """Return (…, k): column j of rows (…, width) is added to bucket j mod k, without coins."""
    width = rows.shape[-1]
    if k == width:
        return rows
    whole = width - width % k
    folded = rows[..., :whole].reshape(*rows.shape[:-1], -1, k).sum(axis=-2)
    folded[..., : width - whole] += rows[..., whole:]
    return folded


@lru_cache(maxsize=256)
def sample_positions(size: int, count: int) -> NDArray[np.int64]:
    """Return sorted element positions; the same for every tensor of that size, so two sketches sample alike."""
    if size <= count:
        return np.arange(size)
    raw = np.random.PCG64([SEED, 1, size]).random_raw(count)
    return np.sort((raw % np.uint64(size)).astype(np.int64))
