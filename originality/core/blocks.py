"""Tests over the blocks of two sketches: sign tests under each alignment, permutation tests where signs are fixed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.permutation import PermutationResult, permutation_test
from originality.core.signs import (
    Agreements,
    SignResult,
    agreements,
    gate_similarity,
    match_units,
    pool,
    sign_test,
)
from originality.core.sketch import Sketch
from originality.core.units import UnitBlock

Matrix = NDArray[np.float64]


class SignRow(NamedTuple):
    candidate: UnitBlock
    reference: UnitBlock
    alignment: str
    result: SignResult
    matched: Agreements
    shifted: Agreements


class PermutationRow(NamedTuple):
    candidate: UnitBlock
    reference: UnitBlock
    result: PermutationResult


@dataclass
class BlockTests:
    """Everything tried on one pair of models; z_by_layer is the T1 matrix (candidate layers, reference layers)."""

    signs: list[SignRow]
    permutations: list[PermutationRow]
    tried: int
    z_by_layer: Matrix
    pooled: dict[str, SignResult]

    def add(self, carried: list[UnitBlock], reference: Sketch) -> None:
        """Run T3 on the candidate's blocks carried into the reference's channels, and count it."""
        rows = list(_by_gates(carried, [b for b in reference.blocks if b.kind == "mlp"], alignment="T3"))
        self.signs += rows
        self.tried += len(rows)
        self.pooled = _pooled(self.signs)


def run_block_tests(candidate: Sketch, reference: Sketch) -> BlockTests:
    """Run T1 on all layer pairs, T2 on the pairs that the gates propose, and permutations where signs are fixed."""
    signs: list[SignRow] = []
    tried = 0
    z_by_layer = np.zeros((0, 0))
    for kind in ("mlp", "attention"):
        ours = [block for block in _ours(candidate) if block.kind == kind]
        theirs = [block for block in reference.blocks if block.kind == kind]
        rows, count, matrix = _same_index(ours, theirs)
        signs += rows
        tried += count
        if kind == "mlp":
            z_by_layer = matrix
            matched = list(_by_gates(ours, theirs, alignment="T2"))
            signs += matched
            tried += len(matched)
    permutations = _plain(candidate, reference)
    return BlockTests(signs, permutations, tried + len(permutations), z_by_layer, _pooled(signs))


def _ours(candidate: Sketch) -> list[UnitBlock]:
    """Where names do not say which matrix is the gate, both orders are tried (and counted)."""
    if not candidate.by_shape:
        return candidate.blocks
    swapped = [replace(b, reads=b.gate, gate=b.reads) for b in candidate.blocks if b.gate is not None]
    return [*candidate.blocks, *swapped]


def _comparable(a: UnitBlock, b: UnitBlock) -> bool:
    return a.reads.shape == b.reads.shape and a.writes.shape == b.writes.shape


def _same_index(ours: list[UnitBlock], theirs: list[UnitBlock]) -> tuple[list[SignRow], int, Matrix]:
    """T1: unit i against unit i, every layer against every layer; the best layer is kept, all are counted."""
    rows, tried = [], 0
    z = np.full((len(ours), len(theirs)), np.nan)
    for i, a in enumerate(ours):
        fitting = [(j, b) for j, b in enumerate(theirs) if _comparable(a, b)]
        tested = [_row(a, b, alignment="T1", partner=None) for _, b in fitting]
        for (j, _), row in zip(fitting, tested, strict=True):
            z[i, j] = row.result.z
        tried += len(tested)
        if tested:
            rows.append(max(tested, key=lambda row: row.result.z))
    return rows, tried, z


def _by_gates(ours: list[UnitBlock], theirs: list[UnitBlock], *, alignment: str) -> Iterator[SignRow]:
    """T2 and T3: layer and units from the gate rows alone, which cannot see the signs."""
    for a in ours:
        fitting = [b for b in theirs if b.gate is not None and a.gate is not None and _same_basis(a, b)]
        if fitting:
            b = max(fitting, key=lambda b: gate_similarity(a, b))
            yield _row(a, b, alignment=alignment, partner=match_units(np.asarray(a.gate), np.asarray(b.gate)))


def _same_basis(a: UnitBlock, b: UnitBlock) -> bool:
    return a.reads.shape[1] == b.reads.shape[1] and a.writes.shape[1] == b.writes.shape[1]


def _row(a: UnitBlock, b: UnitBlock, *, alignment: str, partner: NDArray[np.int64] | None) -> SignRow:
    matched = agreements(a, b, partner=partner)  # the control must not pair i with j and j with i: a third, not a half
    shifted = agreements(a, b, partner=partner, shift=max(1, matched.size // 3))
    return SignRow(a, b, alignment, sign_test(matched, shifted=shifted), matched, shifted)


def _pooled(rows: list[SignRow]) -> dict[str, SignResult]:
    """Pool T2 and T3 over their layers as they stand, T1 over the same layer: a map chosen by z would be biased."""
    pooled = {}
    for alignment in sorted({row.alignment for row in rows}):
        chosen = [row for row in rows if row.alignment == alignment and _blind(row)]
        if chosen:
            matched, shifted = pool(row.matched for row in chosen), pool(row.shifted for row in chosen)
            pooled[alignment] = sign_test(matched, shifted=shifted)
    return pooled


def _blind(row: SignRow) -> bool:
    """Whether the layer pair was fixed without looking at signs."""
    return row.alignment != "T1" or row.candidate.layer == row.reference.layer


def _plain(candidate: Sketch, reference: Sketch) -> list[PermutationRow]:
    """Units of plain MLPs are exchangeable, their signs are not free: permute units of the same layer."""
    theirs = {block.layer: block for block in reference.blocks if block.kind == "plain_mlp"}
    return [
        PermutationRow(a, b, permutation_test(np.hstack([a.reads, a.writes]), np.hstack([b.reads, b.writes])))
        for a in candidate.blocks
        if a.kind == "plain_mlp" and (b := theirs.get(a.layer)) is not None and _comparable(a, b)
    ]
