"""Tensors seen along a few directions, block by block."""

import numpy as np
from numpy.typing import NDArray

from originality.core.projection import Matrix
from originality.core.readers import Source

Vector = NDArray[np.float32]
TINY = np.float32(1e-30)


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
