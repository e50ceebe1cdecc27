"""Which unit of the candidate is held against which of the reference: T1 same index, T2–T4 through the gate rows.

No alignment looks at the signs that are tested. Attention has no gate: its channels are matched on |c|, which does not
change when a unit is negated, so the signs of the matched channels stay coins.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.projection import Matrix
from originality.core.signs import (
    Agreements,
    SignResult,
    agreements,
    gate_similarity,
    match_magnitudes,
    match_units,
    sign_test,
    z_of,
)
from originality.core.units import UnitBlock

WHOLE_SEARCH = 8  # experts of a layer that look at every block of the reference; the others follow their majority
FREE_SIGNS = ("mlp", "attention", "rope", "latent")


class Place(NamedTuple):
    """Where a block stands in its model."""

    kind: str
    tower: str
    layer: int
    expert: str
    part: str


class SignRow(NamedTuple):
    candidate: UnitBlock
    reference: UnitBlock
    alignment: str
    result: SignResult
    matched: Agreements
    shifted: Agreements
    partner: NDArray[np.int64] | None
    swapped: bool = False  # gate and up were taken the other way round, where names do not tell them apart


def place_of(block: UnitBlock) -> Place:
    return Place(block.kind, block.tower, block.layer, block.expert, block.part)


def comparable(a: UnitBlock, b: UnitBlock) -> bool:
    return (a.kind, a.part) == (b.kind, b.part) and a.reads.shape == b.reads.shape and a.writes.shape == b.writes.shape


def same_basis(a: UnitBlock, b: UnitBlock) -> bool:
    """Whether units can be paired: as many numbers a unit, as many units or not."""
    same = a.reads.shape[1] == b.reads.shape[1] and a.writes.shape[1] == b.writes.shape[1]
    return (a.kind, a.part) == (b.kind, b.part) and same and min(a.count, b.count) > 0


def sign_row(a: UnitBlock, b: UnitBlock, *, alignment: str, partner: NDArray[np.int64] | None) -> SignRow:
    matched = agreements(a, b, partner=partner)  # the control must not pair i with j and j with i: a third, not a half
    shifted = agreements(a, b, partner=partner, shift=max(1, matched.size // 3))
    return SignRow(a, b, alignment, sign_test(matched, shifted=shifted), matched, shifted, partner)


class SameIndex(NamedTuple):
    """T1: best row of every candidate block, the row of the same place (chosen by no figure), z of all pairs tested."""

    best: list[SignRow]
    placed: list[SignRow]
    cells: dict[tuple[Place, Place], float]
    tried: int


def same_index(ours: list[UnitBlock], theirs: list[UnitBlock]) -> SameIndex:
    """Hold unit i against unit i, every layer against every layer; all are counted, few are kept as rows."""
    rows: list[SignRow] = []
    placed: list[SignRow] = []
    cells: dict[tuple[Place, Place], float] = {}
    tried = 0
    for a in ours:
        fitting = [b for b in theirs if _one_expert(a, b) and comparable(a, b)]
        z = [z_of(agreements(a, b)) for b in fitting]
        cells |= {(place_of(a), place_of(b)): value for b, value in zip(fitting, z, strict=True)}
        tried += len(fitting)
        if fitting:
            rows.append(sign_row(a, fitting[int(np.argmax(z))], alignment="T1", partner=None))
            same = [b for b in fitting if place_of(b) == place_of(a)]
            placed += [sign_row(a, b, alignment="T1", partner=None) for b in same]
    return SameIndex(rows, placed, cells, tried)


def _one_expert(a: UnitBlock, b: UnitBlock) -> bool:
    """Experts meet the expert of their name, and any dense block: upcycling copies one into all."""
    return a.expert == b.expert or not a.expert or not b.expert


def by_gates(ours: list[UnitBlock], theirs: list[UnitBlock], *, alignment: str) -> Iterator[SignRow]:
    """T2–T4 of gated units: block and units from the gate rows alone, which cannot see the signs."""
    gated = [b for b in theirs if b.gate is not None]
    for a, b in _partners([a for a in ours if a.gate is not None], gated, alike=gate_similarity):
        yield sign_row(a, b, alignment=alignment, partner=match_units(np.asarray(a.gate), np.asarray(b.gate)))


def by_magnitude(ours: list[UnitBlock], theirs: list[UnitBlock], *, alignment: str) -> Iterator[SignRow]:
    """T2–T4 of attention channels: block, head and channel from |c|, which a negated channel leaves as it is."""
    for a, b in _partners(ours, theirs, alike=_magnitude_similarity):
        yield sign_row(a, b, alignment=alignment, partner=match_magnitudes(a, b))


def _magnitude_similarity(a: UnitBlock, b: UnitBlock, *, sample: int = 64) -> float:
    rows = np.linspace(0, a.count - 1, min(sample, a.count)).astype(np.int64)
    return float(np.abs(a.reads[rows] @ b.reads.T + a.writes[rows] @ b.writes.T).max(axis=1).mean()) / 2


def _partners(
    ours: list[UnitBlock], theirs: list[UnitBlock], *, alike: Callable[[UnitBlock, UnitBlock], float]
) -> Iterator[tuple[UnitBlock, UnitBlock]]:
    """Give every block its most similar one; of a layer with many experts a few search everywhere, the rest there."""
    layers: dict[tuple[str, int], list[UnitBlock]] = defaultdict(list)
    for block in ours:
        layers[block.tower, block.layer].append(block)
    for blocks in layers.values():
        scouts, rest = blocks[:WHOLE_SEARCH], blocks[WHOLE_SEARCH:]
        found = [(a, best) for a in scouts if (best := _most_alike(a, theirs, alike=alike)) is not None]
        yield from found
        if rest and found:
            home = Counter((b.tower, b.layer) for _, b in found).most_common(1)[0][0]
            near = [b for b in theirs if (b.tower, b.layer) == home]
            yield from ((a, best) for a in rest if (best := _most_alike(a, near, alike=alike)) is not None)


def _most_alike(
    a: UnitBlock, theirs: list[UnitBlock], *, alike: Callable[[UnitBlock, UnitBlock], float]
) -> UnitBlock | None:
    fitting = [b for b in theirs if same_basis(a, b)]
    return max(fitting, key=lambda b: alike(a, b)) if fitting else None


def in_frame(block: UnitBlock, *, turn: Matrix | None = None) -> UnitBlock | None:
    """Return the block in its model's own basis, carried by `turn` (k_candidate, k_reference) where one is given."""
    if block.own_reads is None or block.own_writes is None:
        return None
    if turn is not None and len(turn) != block.own_reads.shape[1]:
        return None
    gate = None if block.own_gate is None else _turned(block.own_gate, turn)
    reads, writes = _turned(block.own_reads, turn), _turned(block.own_writes, turn)
    return replace(block, reads=unit_rows(reads), writes=unit_rows(writes), gate=gate)


def _turned(rows: Matrix, turn: Matrix | None) -> Matrix:
    """Turn (n, groups · k) rows group by group: a value channel that several heads read has one group for each."""
    if turn is None:
        return rows
    n = len(rows)
    return (rows.reshape(n, -1, len(turn)) @ turn).reshape(n, -1)


def unit_rows(rows: Matrix) -> Matrix:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-30))
