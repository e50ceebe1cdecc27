"""How far the weights went from one checkpoint to the next: one pass over both and over step 0, in blocks of rows.

The sign test needs no step 0: row i of `up` in a gated MLP, or a value channel, may be negated together with what reads it
without changing what the network computes, so between models of independent initialisations the sign of the cosine of two
such rows is a coin, and z = Σc/√Σc² has Hoeffding's bound exp(−z²/2).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.errors import InputError
from originality.core.exclusions import excluded_before_reading
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap, Slot, assign_roles
from originality.core.sketch import Progress, silent
from originality.core.trace import legkernel as at
from originality.core.trace.measures import Leg, TensorStep
from originality.core.workers import in_threads

KEPT = 512  # tensors of a leg that stand in its document, those that moved furthest
NAMED = 100  # exclusions that do
FEWEST_ROWS = 100  # of which honest signs give z of 10
HALF_STEP = {"BF16": 2.0**-8, "F16": 2.0**-11, "F32": 2.0**-24}  # half the distance to the next number, relative
MATRICES = frozenset(Role) - {Role.NORM, Role.HEAD_NORM, Role.BIAS, Role.SCALE, Role.BUFFER}
Sums = NDArray[np.float64]


class _Signs(NamedTuple):
    """Σc and Σc² of the rows of one tensor, between the two checkpoints and from step 0, and how many rows."""

    name: str
    c: float
    cc: float
    from_start: float
    from_start_squared: float
    rows: int


class _Found(NamedTuple):
    """What one tensor adds to a leg; `reason` says why it adds nothing."""

    name: str
    step: TensorStep | None
    sums: Sums
    size: int = 0  # of a matrix, 0 for a vector
    signs: _Signs | None = None
    reason: str = ""


class _Three(NamedTuple):
    """The two ends of a leg and step 0 (the earlier end again where there is none), seen through one map of roles."""

    before: Source
    after: Source
    start: Source
    roles: RoleMap
    free: frozenset[str]


def measure_leg(
    before: Source,
    after: Source,
    *,
    start: Source | None,
    steps: tuple[int, int],
    digests: tuple[str, str],
    progress: Progress = silent,
) -> Leg:
    """Measure one leg; `steps` and `digests` are those of its two ends in the plan. Memory: a few blocks of rows a thread."""
    roles = assign_roles(after.tensors, after.config)
    first, last, zero = (source.seen_through(roles.views) for source in (before, after, start or before))
    three = _Three(first, last, zero, roles, _free_rows(after, roles=roles))
    names, left_out = _shared(three)
    order = sorted(names, key=lambda name: -after.tensors[name].size)
    found: list[_Found] = []
    for done, item in enumerate(in_threads(lambda name: _measured(three, name), order), start=1):
        found.append(item)
        progress(done, len(order), item.name)
    left_out += [f"{item.name}: {item.reason}" for item in found if item.reason]
    usable = [item for item in found if item.step is not None]
    if not any(item.size for item in usable):
        raise InputError(
            f"{before.label}, {after.label}: no matrix of equal name and shape; is it the same architecture?"
        )
    return _leg(usable, has_start=start is not None, steps=steps, digests=digests)._replace(
        excluded=tuple(sorted(left_out)[:NAMED])
    )


def _shared(three: _Three) -> tuple[list[str], list[str]]:
    """Names that all three hold in one shape, and what is left out with its reason."""
    names, left_out = [], []
    for name in sorted(set(three.before.tensors) | set(three.after.tensors)):
        metas = [side.tensors.get(name) for side in (three.before, three.after, three.start)]
        slot = three.roles.slots.get(name, Slot(Role.OTHER))
        if any(meta is None for meta in metas):
            left_out.append(f"{name}: not in every checkpoint")
        elif len({meta.shape for meta in metas if meta}) > 1:
            left_out.append(f"{name}: its shape changes")
        elif reason := next((r for m in metas if m and (r := excluded_before_reading(name, meta=m, slot=slot))), None):
            left_out.append(f"{name}: {reason}")
        else:
            names.append(name)
    return names, left_out


def _free_rows(source: Source, *, roles: RoleMap) -> frozenset[str]:
    """Matrices, or views in them, whose rows have free signs: `up` of gated MLPs with a named gate, and values."""
    found = set()
    for place in roles.places(Role.UP):
        gate = roles.find(Role.GATE, place.layer, place.part, place.tower, place.expert)
        if gate and roles.towers[place.tower].gate_named:
            found.add(roles.find(Role.UP, place.layer, place.part, place.tower, place.expert))
    for place in roles.places(Role.VALUE):
        found.add(roles.find(Role.VALUE, place.layer, place.part, place.tower, place.expert))
    return frozenset(name for name in found if name)


def _measured(three: _Three, name: str) -> _Found:
    meta = three.after.tensors[name]
    total, signs = np.zeros(12), _Signs(name, 0.0, 0.0, 0.0, 0.0, 0)
    for rows in _rows(three, name):
        total[: at.SUMS] += rows[:, : at.SUMS].sum(axis=0)
        total[at.SUMS :] = np.maximum(total[at.SUMS :], rows[:, at.SUMS :].max(axis=0))
        if name in three.free:
            signs = _added(signs, rows)
    for view in (view for view in three.free if view != name and three.roles.stored(view) == name):
        for rows in _rows(three, view):
            signs = _added(signs, rows)
    if not np.isfinite(total).all():
        return _Found(name, None, total, reason="some elements are NaN or infinite")
    slot = three.roles.slots.get(name, Slot(Role.OTHER))
    matrix = slot.role in MATRICES and len([size for size in meta.shape if size > 1]) >= 2
    return _Found(
        name,
        step=_step(three, name, total),
        sums=total,
        size=meta.size if matrix else 0,
        signs=signs if signs.rows else None,
    )


def _rows(three: _Three, name: str) -> Iterator[Sums]:
    """Row sums of the three, block by block; vectors are read as one row."""
    sides = (three.before, three.after, three.start)
    for blocks in zip(*(side.blocks(name) for side in sides), strict=True):
        a, b, s = (block.values if block.values.shape[1] > 1 else block.values.reshape(1, -1) for block in blocks)
        yield at.row_sums(a, b, s)


def _added(signs: _Signs, rows: Sums) -> _Signs:
    """Cosines of the rows; a row of zeros has none and counts nothing."""
    c = _cosines(rows[:, at.AB], rows[:, at.AA], rows[:, at.BB])
    s = _cosines(rows[:, at.BS], rows[:, at.SS], rows[:, at.BB])
    return _Signs(
        signs.name,
        signs.c + float(c.sum()),
        signs.cc + float(c @ c),
        signs.from_start + float(s.sum()),
        signs.from_start_squared + float(s @ s),
        signs.rows + len(rows),
    )


def _cosines(products: Sums, one: Sums, other: Sums) -> Sums:
    lengths = np.sqrt(one * other)
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)


def _step(three: _Three, name: str, total: Sums) -> TensorStep:
    """The largest of n independent differences of spread σ is about σ√(2 ln 2n), as of normal numbers."""
    n = three.after.tensors[name].size
    spread = sum(max(0.0, total[q] / n - (total[s] / n) ** 2) for q, s in ((at.AA, at.SUM_A), (at.BB, at.SUM_B)))
    dtypes = three.before.tensors[name].dtype, three.after.tensors[name].dtype
    rounding = sum(HALF_STEP.get(d, 0.0) * total[m] for d, m in zip(dtypes, (at.MAX_A, at.MAX_B), strict=True))
    return TensorStep(
        tensor=name,
        moved=float(total[at.MAX_MOVED]),
        largest=float(max(total[at.MAX_A], total[at.MAX_B])),
        distance=float(math.sqrt(total[at.MOVED])),
        strangers=math.sqrt(spread * 2 * math.log(2 * n)),
        rounding=float(rounding),
    )


def _leg(found: list[_Found], *, has_start: bool, steps: tuple[int, int], digests: tuple[str, str]) -> Leg:
    sums = sum((item.sums for item in found if item.size), np.zeros(12))
    signs = [item.signs for item in found if item.signs]
    large = [item for item in signs if item.rows >= FEWEST_ROWS]
    weakest = min(large, key=lambda item: (_z(item) / math.sqrt(item.rows), item.name), default=None)
    moved = sorted((item.step for item in found if item.step), key=lambda step: (-step.moved, step.tensor))
    return Leg(
        before=digests[0],
        after=digests[1],
        step_before=steps[0],
        step_after=steps[1],
        cosine=_ratio(sums[at.AB], sums[at.AA] * sums[at.BB]),
        distance=math.sqrt(sums[at.MOVED]),
        from_start_cosine=_ratio(sums[at.BS], sums[at.SS] * sums[at.BB]) if has_start else None,
        from_start_distance=math.sqrt(sums[at.FROM_START]) if has_start else None,
        tensors=tuple(moved[:KEPT]),
        sign_z=_ratio(sum(s.c for s in signs), sum(s.cc for s in signs)) if signs else None,
        sign_units=sum(s.rows for s in signs),
        start_sign_z=_start_z(signs) if signs and has_start else None,
        numbers=sum(item.size for item in found),
        norm_before=math.sqrt(sums[at.AA]),
        norm_after=math.sqrt(sums[at.BB]),
        tensors_total=len(found),
        unmoved=sum(step.moved == 0 for step in moved),
        weakest=weakest.name if weakest else "",
        weakest_z=_z(weakest) if weakest else None,
        weakest_units=weakest.rows if weakest else 0,
    )


def _z(signs: _Signs) -> float:
    return _ratio(signs.c, signs.cc)


def _start_z(signs: list[_Signs]) -> float:
    return _ratio(sum(s.from_start for s in signs), sum(s.from_start_squared for s in signs))


def _ratio(product: float, squared: float) -> float:
    return float(product / math.sqrt(squared)) if squared > 0 else 0.0
