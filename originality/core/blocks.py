"""Tests over the blocks of two sketches: sign tests under each alignment, permutation tests where signs are fixed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from originality.core.alignments import (
    FREE_SIGNS,
    Place,
    SignRow,
    by_gates,
    by_magnitude,
    comparable,
    in_frame,
    place_of,
    same_index,
)
from originality.core.embeddings import rotation
from originality.core.levels import R2_COMMON
from originality.core.permutation import PermutationResult, permutation_test
from originality.core.procrustes import Turn, turn_from_gates
from originality.core.projection import Matrix
from originality.core.signs import SignResult, pool, sign_test
from originality.core.sketch import Sketch
from originality.core.units import UnitBlock

Z_DECIDED = 12.0
TWIN_UNITS = 1_024
TURNED = ("T3", "T4")
NOT_NEEDED = {
    "T3": "alignment T3: not needed, T1 or T2 already finds common origin",
    "T4": "alignment T4: not needed, an earlier alignment already finds common origin",
}
NO_STRINGS = "alignment T3: too few shared strings with embeddings on both sides"
NO_GATES = "alignment T4: no tower of the two models has gated units on both sides"
UNNAMED = "sign test of gated units: in neither model do names tell gate from up"
GUESSED = "alignment T4: the roles of both models' tensors were guessed, so gates might be what carries signs"


class PermutationRow(NamedTuple):
    candidate: UnitBlock
    reference: UnitBlock
    result: PermutationResult
    alignment: str = "T1"


@dataclass
class BlockTests:
    """Everything tried on one pair of models.

    signs holds the best T1 row of every block of the candidate and every row of T2–T4; placed the T1 rows of equal place,
    which were chosen by no figure and may be pooled; cells holds z of every pair of places tested by T1; turns the map of each (alignment, tower of the candidate, tower of
    the reference) that T3 or T4 used.
    """

    signs: list[SignRow]
    permutations: list[PermutationRow]
    tried: int
    cells: dict[tuple[Place, Place], float]
    pooled: dict[str, SignResult]
    twins: set[tuple[Place, Place]]
    placed: list[SignRow] = field(default_factory=list)
    turns: dict[tuple[str, str, str], Turn] = field(default_factory=dict)

    @property
    def pools(self) -> int:
        """How many pools were tried; of the two orders of gate and up the larger z is kept, and both count."""
        return len({(row.alignment, row.swapped) for row in self.poolable})

    @property
    def poolable(self) -> list[SignRow]:
        """Rows whose pair of blocks was fixed without looking at signs."""
        return self.placed + [row for row in self.signs if row.alignment != "T1"]

    def decided(self, tower: str) -> bool:
        """Whether signs already tie this tower of the candidate to the reference, beyond any correction."""
        pooled = pooled_signs([row for row in self.poolable if row.candidate.tower == tower], twins=self.twins)
        return any(result.z > Z_DECIDED and result.r2 >= R2_COMMON for result in pooled.values())


def run_block_tests(candidate: Sketch, reference: Sketch) -> BlockTests:
    """Run T1 on all layer pairs, T2 on the pairs that the gates propose, and permutations where signs are fixed."""
    theirs = reference.blocks
    permutations = [*_plain(candidate.blocks, theirs, alignment="T1")]
    tests = BlockTests([], _best_of_each(permutations), len(permutations), {}, {}, _twins(theirs))
    for kind in FREE_SIGNS[1:]:
        _in_one_basis(tests, _kind(candidate.blocks, kind), _kind(theirs, kind), swapped=False)
    for family in _gated_families(candidate, reference):
        _in_one_basis(tests, family.ours, family.theirs, swapped=family.swapped)
    tests.pooled = pooled_signs(tests.poolable, twins=tests.twins)
    return tests


class _Family(NamedTuple):
    ours: list[UnitBlock]
    theirs: list[UnitBlock]
    swapped: bool


def _gated_families(candidate: Sketch, reference: Sketch) -> list[_Family]:
    """Pair gated blocks so that the names of one side at least tell the gate: what is taken for up there is up.

    Of the other side both orders are tried and counted. Where neither side is named there is no test: the signs of true
    gates are not free.
    """
    ours, theirs = _kind(candidate.blocks, "mlp"), _kind(reference.blocks, "mlp")
    open_ours = [block for block in ours if not _gate_named(candidate, block.tower)]
    open_theirs = [block for block in theirs if not _gate_named(reference, block.tower)]
    named_ours = [block for block in ours if _gate_named(candidate, block.tower)]
    named_theirs = [block for block in theirs if _gate_named(reference, block.tower)]
    families = [
        _Family(ours, named_theirs, swapped=False),
        _Family(_swapped(open_ours), named_theirs, swapped=True),
        _Family(named_ours, open_theirs, swapped=False),
        _Family(named_ours, _swapped(open_theirs), swapped=True),
    ]
    return [family for family in families if family.ours and family.theirs]


def both_guessed(candidate: Sketch, reference: Sketch) -> str:
    """Say it where gated blocks of both models were left out because no name tells their gates."""
    open_sides = [
        any(not _gate_named(sketch, b.tower) for b in _kind(sketch.blocks, "mlp")) for sketch in (candidate, reference)
    ]
    return UNNAMED if all(open_sides) else ""


def _gate_named(sketch: Sketch, tower: str) -> bool:
    found = sketch.towers.get(tower)
    return found is None or found.gate_named


def _swapped(blocks: list[UnitBlock]) -> list[UnitBlock]:
    return [replace(block, reads=block.gate, gate=block.reads) for block in blocks if block.gate is not None]


def _in_one_basis(tests: BlockTests, ours: list[UnitBlock], theirs: list[UnitBlock], *, swapped: bool) -> None:
    """Add T1 and T2 of blocks of one kind."""
    first = same_index(ours, theirs)
    gated = [block for block in ours if block.gate is not None]
    matched = [*by_gates(ours, theirs, alignment="T2")] if gated else [*by_magnitude(ours, theirs, alignment="T2")]
    tests.signs += [row._replace(swapped=swapped) for row in first.best + matched]
    tests.placed += [row._replace(swapped=swapped) for row in first.placed]
    tests.tried += first.tried + len(matched)
    for pair, z in first.cells.items():
        tests.cells[pair] = max(z, tests.cells.get(pair, z))


def add_turned(tests: BlockTests, candidate: Sketch, reference: Sketch) -> list[str]:
    """Add T3 and T4 to the towers that T1 and T2 leave open; return why an alignment was not made."""
    notes: list[str] = []
    for alignment in TURNED:
        towers = [tower for tower in _towers(candidate.blocks) if not tests.decided(tower)]
        if not towers:
            notes.append(NOT_NEEDED[alignment])
        elif alignment == "T4" and not _any_named(candidate, reference):
            notes.append(GUESSED)
        elif not sum(_turned(tests, candidate, reference, alignment=alignment, tower=tower) for tower in towers):
            notes.append(NO_STRINGS if alignment == "T3" else NO_GATES)
    tests.pooled = pooled_signs(tests.poolable, twins=tests.twins)
    return notes


def _any_named(candidate: Sketch, reference: Sketch) -> bool:
    sides = ((candidate, block) for block in candidate.blocks), ((reference, block) for block in reference.blocks)
    return any(_gate_named(sketch, block.tower) for side in sides for sketch, block in side)


def _turned(tests: BlockTests, candidate: Sketch, reference: Sketch, *, alignment: str, tower: str) -> bool:
    """Run one alignment of one tower against every tower of the reference; False where no map can be found."""
    made = False
    ours = [block for block in candidate.blocks if block.tower == tower]
    for other in _towers(reference.blocks):
        theirs = [block for block in reference.blocks if block.tower == other]
        sides = ours, theirs
        if not (_gate_named(candidate, tower) or _gate_named(reference, other)):
            sides = _without_gates(ours), _without_gates(theirs)
        turn = _turn(candidate, reference, alignment=alignment, blocks=sides)
        if turn is None:
            continue
        made = True
        tests.turns[alignment, tower, other] = turn
        a = [x for block in sides[0] if (x := in_frame(block, turn=turn.rotation)) is not None]
        b = [y for block in sides[1] if (y := in_frame(block)) is not None]
        rows = [*by_gates(_kind(a, "mlp"), _kind(b, "mlp"), alignment=alignment)]
        for kind in FREE_SIGNS[1:]:
            rows += by_magnitude(_kind(a, kind), _kind(b, kind), alignment=alignment)
        plain = [*_plain(a, b, alignment=alignment)]
        tests.signs += rows
        tests.permutations += _best_of_each(plain)
        tests.tried += len(rows) + len(plain)
    return made


def _turn(
    candidate: Sketch, reference: Sketch, *, alignment: str, blocks: tuple[list[UnitBlock], list[UnitBlock]]
) -> Turn | None:
    if alignment == "T4":
        return turn_from_gates(*blocks)
    if any(block.tower for side in blocks for block in side):
        return None  # only the language model has strings
    found = rotation(candidate, reference)
    return None if found is None else Turn(found, 0.0)


def _towers(blocks: list[UnitBlock]) -> list[str]:
    return sorted({block.tower for block in blocks})


def _without_gates(blocks: list[UnitBlock]) -> list[UnitBlock]:
    return [block for block in blocks if block.kind != "mlp"]


def _kind(blocks: list[UnitBlock], kind: str) -> list[UnitBlock]:
    return [block for block in blocks if block.kind == kind]


def pooled_signs(rows: list[SignRow], *, twins: set[tuple[Place, Place]]) -> dict[str, SignResult]:
    """Pool T2–T4 over their blocks as they stand, T1 over the same place: a map chosen by z would be biased.

    A reference block counts once, and of blocks that are twins within the reference one: their coins are the same.
    """
    pooled: dict[str, SignResult] = {}
    for alignment in sorted({row.alignment for row in rows}):
        for swapped in (False, True):
            chosen = _once([row for row in rows if (row.alignment, row.swapped) == (alignment, swapped)], twins=twins)
            if chosen:
                matched, shifted = pool(row.matched for row in chosen), pool(row.shifted for row in chosen)
                result = sign_test(matched, shifted=shifted)
                if alignment not in pooled or result.z > pooled[alignment].z:
                    pooled[alignment] = result
    return pooled


def _once(rows: list[SignRow], *, twins: set[tuple[Place, Place]]) -> list[SignRow]:
    chosen: list[SignRow] = []
    used: set[Place] = set()
    for row in rows:
        place = place_of(row.reference)
        if place not in used:
            used |= {place} | {b for a, b in twins if a == place}
            chosen.append(row)
    return chosen


def _twins(blocks: list[UnitBlock]) -> set[tuple[Place, Place]]:
    """Return the pairs of blocks of one model that are copies of one another, as after depth up-scaling or upcycling."""
    groups: dict[tuple[object, ...], list[UnitBlock]] = {}
    for block in blocks:
        if block.kind in FREE_SIGNS:
            experts = block.layer if block.expert else -1
            groups.setdefault((block.kind, block.tower, experts, block.reads.shape, block.writes.shape), []).append(
                block
            )
    found: set[tuple[Place, Place]] = set()
    for group in groups.values():
        if len(group) > 1:
            flat = np.stack([_thinned(block) for block in group])
            flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-30)
            alike = (flat @ flat.T) ** 2 >= R2_COMMON
            found |= {(place_of(group[i]), place_of(group[j])) for i, j in np.argwhere(alike) if i != j}
    return found


def _thinned(block: UnitBlock) -> Matrix:
    """Return reads and writes of at most TWIN_UNITS units in one line: enough to see a copy."""
    some = slice(None, None, -(-block.count // TWIN_UNITS))
    return np.hstack([block.reads[some], block.writes[some]]).ravel()


def _plain(ours: list[UnitBlock], theirs: list[UnitBlock], *, alignment: str) -> Iterator[PermutationRow]:
    """Units of plain MLPs are exchangeable, their signs are not free: permute units, every layer against every layer."""
    for a in _kind(ours, "plain_mlp"):
        for b in _kind(theirs, "plain_mlp"):
            if comparable(a, b):
                result = permutation_test(np.hstack([a.reads, a.writes]), np.hstack([b.reads, b.writes]))
                yield PermutationRow(a, b, result, alignment)


def _best_of_each(rows: list[PermutationRow]) -> list[PermutationRow]:
    best: dict[tuple[str, Place], PermutationRow] = {}
    for row in rows:
        key = (row.alignment, place_of(row.candidate))
        if key not in best or row.result.z > best[key].result.z:
            best[key] = row
    return list(best.values())
