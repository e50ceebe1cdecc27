"""Common initial seed or common weights? Both make all signs agree; a step-0 checkpoint tells them apart.

A checkpoint that was made afterwards, close to the candidate, would take away what the candidate really shares. It shows
in the way from step 0, where the candidate lies much nearer to it than the reference does, or the two on opposite sides
of it; then nothing is concluded. No rule on weights alone can tell every such checkpoint: every reading is conditional.

What the seed explains is taken away: of every unit, the part along the same unit of step 0. In what is left, a descendant
still has its units in the reference's order; of two models that share no more than the seed, each learnt an order of its own.
"""

from typing import Any

import numpy as np

from originality.core.alignments import Place, comparable, place_of
from originality.core.blocks import run_block_tests
from originality.core.crosschecks import FEWEST, order_checks
from originality.core.projection import Matrix
from originality.core.signs import mutual_nearest
from originality.core.sketch import Sketch
from originality.core.units import UnitBlock

Z_BOUND = 12.0  # searching 2^64 seeds for agreeing signs reaches about 9.4
KEPT, LOST = 0.5, 0.25  # of an order of 1; between them nothing is said
MOVED = 0.5  # of the reference's way from step 0 (in 1 − cosine) that the candidate must have gone as well
CONDITION = "holds only if this checkpoint is an initialisation"
PARTS = ("gate", "reads", "writes")


def seed_confound(candidate: Sketch, reference: Sketch, step0: Sketch) -> dict[str, Any]:
    """Return what step 0 explains: z of each side against it, and the order of units per layer beyond it."""
    ours, theirs = (run_block_tests(sketch, step0).pooled.get("T1") for sketch in (candidate, reference))
    orders = _orders(candidate, reference, step0)
    beyond = float(np.mean([rho for _, rho in orders])) if orders else None
    alike = _residual(candidate, reference, step0)
    ways = _way(candidate, step0), _way(reference, step0)
    honest = ways[0] >= MOVED * ways[1] > 0 and alike is not None and alike > 0
    matches = [check.as_json() for check in order_checks(candidate, reference) if check.name == "φ_MATCH"]
    return {
        "z_candidate_step0": ours.z if ours else None,
        "z_reference_step0": theirs.z if theirs else None,
        "null_mean": 0.0,
        "null_sd": 1.0,
        "needed": Z_BOUND,
        "layers": [layer for layer, _ in orders],
        "order_beyond_seed": [round(rho, 4) for _, rho in orders],
        "order_beyond_seed_mean": beyond,
        "cosine_beyond_seed": alike,
        "way_of_candidate": ways[0],
        "way_of_reference": ways[1],
        "condition": CONDITION,
        "phi_match": matches[0]["values"] if matches else [],
        "reading": _reading(
            candidate=ours is not None and ours.z >= Z_BOUND,
            reference=theirs is not None and theirs.z >= Z_BOUND,
            beyond=beyond,
            honest=honest,
        ),
    }


def _orders(candidate: Sketch, reference: Sketch, step0: Sketch) -> list[tuple[int, float]]:
    """Return (layer, ρ) for gated blocks that all three have at the same place."""
    theirs, starts = _gated(reference), _gated(step0)
    found = []
    for place, block in _gated(candidate).items():
        other, start = theirs.get(place), starts.get(place)
        if other is not None and start is not None and comparable(block, other) and comparable(block, start):
            rhos = [rho for part in PARTS if (rho := _order(block, other, start, part=part)) is not None]
            if rhos:
                found.append((block.layer, float(np.mean(rhos))))
    return found


def _residual(candidate: Sketch, reference: Sketch, step0: Sketch) -> float | None:
    """Return the mean cosine of what the same units of both learnt beyond step 0.

    Training on any text turns units of one beginning a little alike; a checkpoint put between the two models makes them
    opposite.
    """
    theirs, starts = _gated(reference), _gated(step0)
    cosines = []
    for place, block in _gated(candidate).items():
        other, start = theirs.get(place), starts.get(place)
        if other is not None and start is not None and comparable(block, other) and comparable(block, start):
            for part in PARTS:
                left, right = (_beyond(getattr(side, part), getattr(start, part)) for side in (block, other))
                cosines.append(float(np.einsum("ij,ij->i", left, right).mean()))
    return float(np.mean(cosines)) if cosines else None


def _way(sketch: Sketch, step0: Sketch) -> float:
    """Return how far the gated units went from step 0: 1 − their mean cosine, 0 where nothing can be compared."""
    starts = _gated(step0)
    cosines = [
        float(np.einsum("ij,ij->i", getattr(block, part), getattr(starts[place], part)).mean())
        for place, block in _gated(sketch).items()
        if place in starts and comparable(block, starts[place])
        for part in PARTS
    ]
    return max(0.0, 1.0 - float(np.mean(cosines))) if cosines else 0.0


def _gated(sketch: Sketch) -> dict[Place, UnitBlock]:
    return {place_of(block): block for block in sketch.blocks if block.gate is not None}


def _order(a: UnitBlock, b: UnitBlock, start: UnitBlock, *, part: str) -> float | None:
    """Spearman's ρ between the index of a unit and of its nearest, both without what they share with step 0."""
    from scipy.stats import spearmanr

    left, right = (_beyond(getattr(side, part), getattr(start, part)) for side in (a, b))
    partner = mutual_nearest(left, right)
    matched = np.flatnonzero(partner >= 0)
    if matched.size < FEWEST:
        return None
    rho = float(spearmanr(partner[matched], matched).statistic)
    return rho if np.isfinite(rho) else None


def _beyond(rows: Matrix, start: Matrix) -> Matrix:
    lengths = np.maximum((start * start).sum(axis=1, keepdims=True), np.float32(1e-12))
    rest = rows - start * ((rows * start).sum(axis=1, keepdims=True) / lengths)
    return rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), np.float32(1e-12))


def _reading(*, candidate: bool, reference: bool, beyond: float | None, honest: bool) -> str:
    if not reference:
        return "the reference does not carry the signs of this step 0: a common seed does not explain a finding"
    if not candidate:
        return "the candidate does not carry the signs of its declared step 0"
    if beyond is None or LOST < beyond < KEPT:
        return "both carry the signs of this step 0; whether they share more cannot be told"
    if beyond >= KEPT:
        return "both carry the signs of this step 0 and share more than the seed: units keep their order beyond it"
    if not honest:
        return "both carry the signs of this step 0; whether they share more cannot be told"
    return "no more than this checkpoint is shown to be shared; whether it is an initialisation these tests do not show"
