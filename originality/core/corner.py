"""The upper left corner of a matrix: places that two models of any two widths both have.

Models of unequal width share no public sample. What a reader of a similarity figure wants to know, how far strangers
agree in a tensor type, needs elements of equal row and column; 1,024 of the first 64 × 64 are enough for a null.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import Codes, Floats, to_bf16

SIDE = 64
PLACES = 1_024
SEED = 4_711
TYPES = ("gate", "up", "down", "query", "key", "value", "output", "fused", "router", "head")
EXPERTS = ("", "0", "shared")  # of a thousand experts one stands for the type


class Places(NamedTuple):
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


class CornerScore(NamedTuple):
    """Cosine at equal places; by chance: its exact mean and sd when the places of one are in random order."""

    cosine: float
    chance_mean: float
    chance_sd: float
    n: int


def has_corner(shape: tuple[int, ...], *, role: str, expert: str) -> bool:
    return len(shape) == 2 and role in TYPES and expert in EXPERTS


@lru_cache(maxsize=1)
def corner_places() -> Places:
    """The same places for every model and version: row-major, without repetition."""
    chosen = np.sort(np.random.default_rng(SEED).choice(SIDE * SIDE, PLACES, replace=False))
    return Places(chosen // SIDE, chosen % SIDE)


def corner_of(stored: NDArray[Any]) -> Floats:
    """Return (1024,) numbers of a stored matrix (rows, width; bfloat16 as uint16), NaN where it has no such place.

    They are rounded to bfloat16, so that a sketch on disk holds exactly what a folder gives.
    """
    places = corner_places()
    held = (places.rows < stored.shape[0]) & (places.columns < stored.shape[1])
    picked = stored[places.rows[held], places.columns[held]]
    codes = picked if picked.dtype == np.uint16 else to_bf16(picked.astype(np.float32))
    values = np.full(PLACES, np.nan, np.float32)
    values[held] = from_bf16(codes)
    return values


def from_bf16(codes: Codes) -> Floats:
    return (codes.astype(np.uint32) << np.uint32(16)).view(np.float32)


def corner_score(a: Floats, b: Floats) -> CornerScore | None:
    """Compare two corners where both are known; None when one holds nothing to compare."""
    known = np.isfinite(a) & np.isfinite(b)
    x, y = a[known].astype(np.float64), b[known].astype(np.float64)
    lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
    if x.size < 2 or lengths == 0.0:
        return None
    spread = float(np.sqrt(((x - x.mean()) ** 2).sum() * ((y - y.mean()) ** 2).sum() / (x.size - 1)))
    return CornerScore(float(x @ y) / lengths, x.size * float(x.mean() * y.mean()) / lengths, spread / lengths, x.size)
