"""What is not trained, or is fixed by the architecture: it never enters a test and is listed in every report."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import Floats, widened
from originality.core.readers import TensorMeta
from originality.core.roles import Role, Slot

TRAINED = frozenset(Role) - {Role.POSITION, Role.OTHER, Role.BUFFER, Role.SCALE, Role.HEAD_NORM, Role.BIAS}
LARGEST, SMALLEST = 1e8, 1e-10  # of a tensor's largest element: squares and their products stay within float32
ROWS = 64
Stored = NDArray[Any]  # (rows, width) as it lies in the file, bfloat16 as uint16


class Exclusion(NamedTuple):
    tensor: str
    reason: str
    elements: int


def excluded_before_reading(name: str, *, meta: TensorMeta, slot: Slot) -> str | None:
    """Return the reason a tensor is left out without reading it, or None."""
    if meta.size == 0:
        return "has no elements"
    if meta.too_wide:
        return "its rows are longer than 16 million numbers"
    if slot.role is Role.SCALE:
        return "a scale of quantised numbers"
    if not meta.readable:
        return "integers and quantised numbers are not compared"
    if slot.role is Role.BUFFER:
        return "a buffer that the architecture determines"
    return None


def excluded_by_content(*, shape: tuple[int, ...], low: float, high: float, stored: Stored) -> str | None:
    """Return the reason trained content is missing; stored is (rows, width), low and high are NaN if one element is."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "some elements are NaN or infinite"
    if low == high:
        return {0.0: "all zero", 1.0: "all one"}.get(low, "one constant value")
    if _throughout(stored, lambda rows: _two_valued(rows, low=low, high=high)):
        return "two values only, as masks have"
    if max(-low, high) > LARGEST:
        return "some elements are larger than a hundred million, as no trained weight is"
    if max(-low, high) < SMALLEST:
        return "all elements are smaller than a ten thousand millionth, as no trained weights are"
    return _shaped(stored, shape=shape)


def _shaped(stored: Stored, *, shape: tuple[int, ...]) -> str | None:
    """Return what all rows look like when nobody trained them, or None."""
    if len(shape) - shape.count(1) <= 1 and _throughout(stored, lambda rows: _monotone(rows.reshape(-1))):
        return "a monotone series, as rotary frequencies are"
    if len(stored) > 1 and len(shape) > 1 and _throughout(stored, lambda rows: bool((rows == rows[0]).all())):
        return "all rows are equal"
    if len(shape) > 1 and _throughout(stored, _sinusoidal):
        return "a sinusoidal position table"
    return None


def _throughout(stored: Stored, look: Callable[[Floats], bool]) -> bool:
    """Whether every 64 rows look so: reserved rows at the beginning must not hide a tensor, nor rows written there for it.

    A trained tensor ends the search at its first rows.
    """
    last = max(len(stored) - ROWS, 0)
    return all(look(widened(stored[start : start + ROWS])) for start in (*range(0, last, ROWS), last))


def _two_valued(rows: Floats, *, low: float, high: float) -> bool:
    """Whether the rows hold the extremes and nothing between: a mask, whatever its name."""
    return rows.size >= 64 and bool(((rows == low) | (rows == high)).all())


def _monotone(values: Floats) -> bool:
    """Training leaves no vector in strict order; frequencies, decay rates and position ramps are."""
    steps = np.diff(values)
    return values.size >= 8 and bool((steps > 0).all() or (steps < 0).all())


def _sinusoidal(rows: Floats) -> bool:
    """sin² + cos² is one number for every frequency, whether pairs are interleaved, in halves, or halves of each half.

    Tables for images keep rows and columns in a half each; some are scaled, some begin with an empty row.
    """
    rows = rows[np.any(rows != 0, axis=1)]
    if rows.shape[1] < 8 or rows.shape[1] % 4 or len(rows) < 4:
        return False
    squares = rows.astype(np.float64) ** 2
    halves = squares.reshape(len(rows), 2, -1)
    quarters = squares.reshape(len(rows), 2, 2, -1)
    return any(map(_one_number, (squares.reshape(len(rows), -1, 2).sum(2), halves.sum(1), quarters.sum(2))))


def _one_number(sums: np.ndarray) -> bool:
    return bool(np.allclose(sums, sums.mean(), rtol=2e-2, atol=0))


def untrained_rows(rows: Floats) -> np.ndarray:
    """Mark rows of a table that carry nothing: constant, or equal to the row before (padding of a vocabulary)."""
    constant = rows.max(axis=1) == rows.min(axis=1)
    repeated = np.zeros(len(rows), bool)
    repeated[1:] = (rows[1:] == rows[:-1]).all(axis=1)
    return constant | repeated


def surely_trained(role: str) -> bool:
    """Whether equality at equal places can be called identity: the role is filled by training alone, in any order.

    Positions and what no role is known of may come from a formula that two strangers share; gains and biases of heads
    follow the rotary frequencies, so that those of strangers are alike place by place.
    """
    return role in TRAINED
