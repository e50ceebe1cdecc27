"""A basis that a model brings along itself: it turns with the model, whatever was done to its residual stream.

It consists of the principal directions of the gate rows of all layers of a tower. Gates do not take part in the signs of
(up, down), so whatever is seen along these directions leaves the sign test exact. A descendant has nearly the same
directions, turned as its residual stream was turned; their own signs and near ties are settled by a Procrustes map later.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import Floats, fold, widened
from originality.core.projection import Matrix, coins, signs
from originality.core.readers import BLOCK_ELEMENTS, Source
from originality.core.roles import Role, RoleMap
from originality.core.unitblock import Reading
from originality.core.workers import in_threads

FOLDED = 1_024  # wider streams are folded first: inner products of unit rows are kept within 1/32
SEEN = 8 << 20  # numbers of the folded rows that the directions are taken from: 8,192 rows at full width
STORED_OWN = 32
GROUPS = 4  # of tensors that are summed up apart, always the same ones: the sum must not depend on who is first


def own_bases(source: Source, *, roles: RoleMap, k: int) -> dict[str, Matrix]:
    """Return for every tower with readable gates, or else plain inner layers, its (d, min(k, d)) directions."""
    found = {tower: _tower_basis(source, roles=roles, tower=tower, k=k) for tower in sorted(roles.towers)}
    return {tower: basis for tower, basis in found.items() if basis is not None}


class Seen(NamedTuple):
    """The matrices from whose rows a tower's directions are taken, every step-th row of each; all are `width` wide."""

    names: list[str]
    width: int
    step: int


def rows_seen(source: Source, *, roles: RoleMap, tower: str) -> Seen | None:
    names = _sources_of(roles, tower, Role.GATE) or _sources_of(roles, tower, Role.UP)
    shapes = {name: source.meta(name).shape for name in names if source.meta(name).readable}
    widths = [shape[1] for shape in shapes.values() if len(shape) == 2]
    if not widths:
        return None
    width = max(set(widths), key=widths.count)
    chosen = sorted(name for name, shape in shapes.items() if len(shape) == 2 and shape[1] == width)
    numbers = sum(shapes[name][0] for name in chosen) * min(width, FOLDED)
    return Seen(chosen, width, max(1, -(-numbers // SEEN)))


def _tower_basis(source: Source, *, roles: RoleMap, tower: str, k: int) -> Matrix | None:
    found = rows_seen(source, roles=roles, tower=tower)
    if found is None:
        return None
    reading, seen = Reading(source, roles, k, None), min(found.width, FOLDED)
    groups = [found.names[start::GROUPS] for start in range(GROUPS)]
    moments = in_threads(lambda names: _moment(reading, names, step=found.step, width=found.width, seen=seen), groups)
    return _directions(sum(moments, np.zeros((seen, seen))), width=found.width, k=k)


def _moment(reading: Reading, names: list[str], *, step: int, width: int, seen: int) -> NDArray[np.float64]:
    """Σ rᵀr over unit rows r of the named gates, folded to `seen` channels."""
    moment = np.zeros((seen, seen))
    for name in names:
        gain = reading.gain(reading.roles.slots[name], "mlp", width)
        for rows in _unit_rows(reading.source, name, step=step, gain=gain, seen=seen):
            moment += rows.T @ rows
    return moment


def _sources_of(roles: RoleMap, tower: str, role: Role) -> list[str]:
    seen_as_views = {view.stored for view in roles.views.values()}
    named = (name for name, slot in roles.slots.items() if slot.role is role and slot.tower == tower)
    return [name for name in named if name not in seen_as_views]


def _unit_rows(source: Source, name: str, *, step: int, gain: Floats | None, seen: int) -> Iterator[Floats]:
    """Yield every step-th row at length one, folded; rows of zeros or with NaN are passed over."""
    stored = source.stored(name)
    stride = max(1, BLOCK_ELEMENTS // stored.shape[1]) * step
    for start in range(0, len(stored), stride):
        rows = widened(stored[start : start + stride : step])
        with np.errstate(all="ignore"):
            rows = rows if gain is None else rows * gain
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        usable = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
        rows = np.ascontiguousarray(rows[usable] / lengths[usable], np.float32)
        yield fold(rows, coins(rows.shape[1]), seen) if rows.shape[1] > seen else rows


def _directions(moment: NDArray[np.float64], *, width: int, k: int) -> Matrix | None:
    """Return (width, k): the leading eigenvectors, led back through the fold where there was one."""
    if not moment.any():
        return None
    from scipy.linalg import eigh

    size = len(moment)
    _, vectors = eigh(moment, subset_by_index=(max(0, size - k), size - 1))
    leading = vectors[:, ::-1].astype(np.float32)
    return leading if len(moment) == width else signs(width, len(moment)) @ leading
