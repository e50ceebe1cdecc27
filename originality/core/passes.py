"""Tensors seen along a few directions, and what units keep under any rotation of the residual stream, block by block."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import Floats, row_sums, widened
from originality.core.projection import Matrix
from originality.core.readers import Source

Vector = NDArray[np.float32]
TINY = np.float32(1e-30)
CHUNK = 1 << 20  # numbers of one tensor that are widened at a time: they stay in the cache


def project_rows(source: Source, name: str, *, towards: Matrix, gain: Vector | None) -> Matrix:
    """Return (n, k): each row, with the gain folded in and brought to length one, seen along `towards`."""
    parts = []
    for block in source.blocks(name):
        rows = block.values if gain is None else block.values * gain
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        parts.append((rows @ towards) / np.maximum(lengths, TINY))
    return np.concatenate(parts)


def project_columns(source: Source, name: str, *, towards: Matrix, normalise: bool = True) -> Matrix:
    """Return (n, k) for a (d, n) tensor without ever holding it whole: Σ over row blocks of blockᵀ · towards."""
    columns = source.meta(name).shape[1]
    total = np.zeros((columns, towards.shape[1]), np.float32)
    squares = np.zeros(columns, np.float64)
    for block in source.blocks(name):
        total += block.values.T @ towards[block.start : block.start + len(block.values)]
        squares += np.einsum("ij,ij->j", block.values, block.values, dtype=np.float64)
    if not normalise:
        return total
    return (total / np.maximum(np.sqrt(squares), TINY)[:, None]).astype(np.float32)


def read_vector(source: Source, name: str) -> Vector:
    return np.concatenate([block.values.reshape(-1) for block in source.blocks(name)])


def gated_traits(source: Source, *, names: tuple[str, str, str], gain: Vector | None) -> Matrix:
    """Return (n, 5) of every unit (gate g, up u, down d): ln‖g‖, ln‖u‖ + ln‖d‖, |cos(g,u)|, |cos(g,d)|, cos(u,d).

    None of them knows the basis of the residual stream or the unit's sign: cos(u,d) keeps its sign, since u and d flip together.
    """
    parts = [_traits(*units) for units in unit_rows(source, names=names, gain=gain)]
    return np.concatenate(parts).astype(np.float16).astype(np.float32)


def unit_rows(source: Source, *, names: tuple[str, ...], gain: Vector | None) -> Iterator[tuple[Floats, ...]]:
    """Yield what a few hundred units read (n, d), gain folded in, and last what they write, its columns as rows (n, d)."""
    *readers, writer = (source.stored(name) for name in names)
    count, width = readers[0].shape
    step = max(1, CHUNK // width)
    for start in range(0, count, step):
        stop = min(start + step, count)
        rows = [widened(reader[start:stop]) for reader in readers]
        if gain is not None:
            rows = [np.multiply(row, gain, out=row) for row in rows]
        yield *rows, widened(writer[:, start:stop], turned=True)


def _traits(gate: Floats, up: Floats, down: Floats) -> NDArray[np.float64]:
    with_up, with_down, between = row_sums(gate, up), row_sums(down, gate), row_sums(up, down)
    lengths = [np.sqrt(np.maximum(sums[:, 0], TINY)) for sums in (with_up, between, with_down)]  # of g, u, d
    return np.stack(
        [
            np.log(lengths[0]),
            np.log(lengths[1]) + np.log(lengths[2]),
            np.abs(with_up[:, 1]) / (lengths[0] * lengths[1]),
            np.abs(with_down[:, 1]) / (lengths[0] * lengths[2]),
            between[:, 1] / (lengths[1] * lengths[2]),
        ],
        axis=1,
    )
