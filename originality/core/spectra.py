"""Singular values of each attention head's W_qᵀW_k and W_oW_v: no rotation, rescaling inside the head or sign changes them.

Key/value heads are exchangeable at initialisation, each with the query heads that share it, so groups of equal index have
like spectra only in models of one descent. The common shape of all spectra is taken away first: it follows from the recipe.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.heads import head_size
from originality.core.projection import Matrix
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap, Slot
from originality.core.unitblock import Reading

KEPT = 16
FLOOR = -30.0  # log of a singular value that is none
WIDEST_HEAD = 512
MIN_GROUPS = 8  # over all layers
Spectra = dict[tuple[str, int], dict[str, Matrix]]
Grams = NDArray[np.float64]


class SpectraResult(NamedTuple):
    value: float
    null_sd: float
    z: float
    log10_p: float
    n: int


def head_spectra(source: Source, *, roles: RoleMap) -> Spectra:
    """Return {(tower, layer): {"qk": (groups, heads of a group · r), "vo": …}}: logs of the largest singular values.

    A group is a key/value head with its query heads.

    One pass over each of the four tensors, heads · d_head² numbers in memory.
    """
    places = {(slot.tower, slot.layer) for slot in roles.slots.values() if slot.role is Role.VALUE and slot.layer >= 0}
    found = {place: _layer(source, roles=roles, place=place) for place in sorted(places)}
    return {place: spectra for place, spectra in found.items() if spectra}


def _layer(source: Source, *, roles: RoleMap, place: tuple[str, int]) -> dict[str, Matrix]:
    tower, layer = place
    names = [roles.find(role, layer, tower=tower) for role in (Role.QUERY, Role.KEY, Role.VALUE, Role.OUTPUT)]
    if None in names or not all(_whole(source, str(name)) for name in names):
        return {}
    query, key, value, output = (str(name) for name in names)
    size = _head_size(source, roles=roles, place=place, names=(query, key))
    shapes = [source.meta(name).shape for name in (query, key, value, output)]
    if not size or shapes[1] != shapes[2] or shapes[0] != shapes[3][::-1]:
        return {}
    q, k, v = (_row_grams(source, name, size=size) for name in (query, key, value))
    o = _column_grams(source, output, size=size)
    group = len(q) // len(k)
    if group * len(k) != len(q):
        return {}
    kinds = {"qk": _logs(q, np.repeat(k, group, axis=0)), "vo": _logs(o, np.repeat(v, group, axis=0))}
    return {kind: logs.reshape(len(k), -1) for kind, logs in kinds.items()}


def _whole(source: Source, name: str) -> bool:
    meta = source.meta(name)
    return meta.readable and len(meta.shape) == 2


def _head_size(source: Source, *, roles: RoleMap, place: tuple[str, int], names: tuple[str, str]) -> int:
    """Return d_head of this tower, or 0 where its config does not say it or it does not fit."""
    wide, narrow = (source.meta(name).shape[0] for name in names)
    reading = Reading(source, roles, k=0, basis=None)
    size = head_size(reading, Slot(Role.QUERY, place[1], tower=place[0]), wide=wide)
    return size if size and narrow % size == 0 and size <= WIDEST_HEAD else 0


def _row_grams(source: Source, name: str, *, size: int) -> Grams:
    """Return (heads, d_head, d_head): W_h W_hᵀ, whatever the blocks that the tensor is read in."""
    grams, held = [], np.zeros((0, source.meta(name).shape[1]), np.float32)
    for block in source.blocks(name):
        held = np.concatenate([held, block.values])
        whole = len(held) // size * size
        grams += [part @ part.T for part in held[:whole].reshape(-1, size, held.shape[1])]
        held = held[whole:].copy()
    return np.asarray(grams, np.float64)


def _column_grams(source: Source, name: str, *, size: int) -> Grams:
    """Return (heads, d_head, d_head): W_hᵀ W_h of a tensor whose columns are the heads' channels."""
    heads = source.meta(name).shape[1] // size
    total = np.zeros((heads, size, size))
    for block in source.blocks(name):
        parts = block.values.reshape(len(block.values), heads, size).transpose(1, 2, 0)
        total += parts @ parts.transpose(0, 2, 1)
    return total


def _logs(a: Grams, b: Grams) -> Matrix:
    """Logs of the singular values of X_hᵀ Y_h from A = X Xᵀ and B = Y Yᵀ: they are the roots of the eigenvalues of A B."""
    spectra = []
    for left, right in zip(a, b, strict=True):
        values, vectors = np.linalg.eigh(left)
        root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
        squares = np.linalg.eigvalsh(root @ right @ root)[::-1][:KEPT]
        spectra.append(np.log(np.maximum(squares, 1e-30)) / 2)
    return np.asarray(spectra, np.float32)


def spectra_row(candidate: Spectra, reference: Spectra) -> SpectraResult | None:
    """Correlate centred spectra of groups of equal place; permuting the groups of each layer gives the null."""
    pairs = [pair for place in sorted(set(candidate) & set(reference)) for pair in _pairs(candidate, reference, place)]
    n = sum(len(x) for x, _ in pairs)
    if n < MIN_GROUPS:
        return None
    total = sum(float(np.sum(x * y)) for x, y in pairs)
    scale = math.sqrt(sum(float(np.sum(x * x)) for x, _ in pairs) * sum(float(np.sum(y * y)) for _, y in pairs))
    variance = sum(float(np.sum((x.T @ x) * (y.T @ y))) / (len(x) - 1) for x, y in pairs)
    if not (scale and variance):
        return None
    from scipy.special import log_ndtr

    z = total / math.sqrt(variance)
    return SpectraResult(total / scale, math.sqrt(variance) / scale, z, float(log_ndtr(-z)) / math.log(10), n)


def _pairs(
    candidate: Mapping[tuple[str, int], dict[str, Matrix]],
    reference: Mapping[tuple[str, int], dict[str, Matrix]],
    place: tuple[str, int],
) -> list[tuple[Grams, Grams]]:
    """Spectra of both kinds side by side, centred over the groups of the layer."""
    sides = [
        np.hstack([spectra["qk"], spectra["vo"]]).astype(np.float64) for spectra in (candidate[place], reference[place])
    ]
    if sides[0].shape != sides[1].shape:
        return []
    trained = np.all((sides[0] > FLOOR) & (sides[1] > FLOOR), axis=1)  # heads of zeros pad a layer to a round number
    sides = [side[trained] for side in sides]
    if len(sides[0]) < 2:
        return []
    left, right = (side - side.mean(axis=0) for side in sides)
    return [(left, right)]
