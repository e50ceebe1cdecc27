"""The orthogonal map between the residual streams of two models, found without ever looking at the signs under test.

T3 takes it from the embeddings of shared strings. T4 has no anchors: units are matched on what no rotation, order or
sign changes (`UnitBlock.traits`), then the map on gate rows and the match of gates are improved in turn.
Everything lives in each model's own basis (`UnitBlock.own_gate`), so it works from sketches.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.projection import Matrix
from originality.core.signs import mutual_nearest
from originality.core.units import UnitBlock

ROUNDS = 12
SAMPLED = 8  # blocks that find the map; it is one for the whole tower
SEEDS = 4  # reference blocks that a single block is tried on
SETTLED = 1e-4
Pairs = list[tuple[int, int]]


class Turn(NamedTuple):
    """rotation (k_candidate, k_reference); similarity is the mean cosine of matched gates, high by itself for strangers."""

    rotation: Matrix
    similarity: float


def polar(a: Matrix, b: Matrix) -> Matrix:
    """Return the orthogonal map that best carries rows of a (m, k_a) to rows of b (m, k_b)."""
    left, _, right = np.linalg.svd(a.T.astype(np.float64) @ b.astype(np.float64), full_matrices=False)
    return (left @ right).astype(np.float32)


def turn_from_gates(ours: list[UnitBlock], theirs: list[UnitBlock]) -> Turn | None:
    """T4: the best map over several first guesses of which block belongs to which, or None without gates and traits."""
    a, b = _sampled([x for x in ours if _able(x)]), [y for y in theirs if _able(y)]
    b = [y for y in b if a and _gate(y).shape[1] == _gate(b[0]).shape[1]]
    if not a or not b:
        return None
    tried = [_settle(a, b, pairs=pairs) for pairs in _guesses(a, b)]
    best = max(tried, key=lambda turn: turn.similarity)
    return _settle(a, b, pairs=_homes(a, b, rotation=best.rotation), rotation=best.rotation)


def _able(block: UnitBlock) -> bool:
    return block.own_gate is not None and block.traits is not None and block.count > 1


def _gate(block: UnitBlock) -> Matrix:
    return np.asarray(block.own_gate)


def _sampled(blocks: list[UnitBlock]) -> list[UnitBlock]:
    where = np.unique(np.linspace(0, max(len(blocks) - 1, 0), min(SAMPLED, len(blocks))).astype(int))
    return [blocks[i] for i in where]


def _guesses(a: list[UnitBlock], b: list[UnitBlock]) -> Iterable[Pairs]:
    """Same place; nearest by the distribution of traits; and single blocks on their nearest few."""
    places = {(y.tower, y.layer, y.expert): j for j, y in enumerate(b)}
    same = [(i, places[x.tower, x.layer, x.expert]) for i, x in enumerate(a) if (x.tower, x.layer, x.expert) in places]
    if same:
        yield same
    away = _distances(a, b)
    yield list(enumerate(away.argmin(axis=1).tolist()))
    for i in range(0, len(a), max(1, len(a) // 3)):
        yield from ([(i, j)] for j in np.argsort(away[i])[:SEEDS].tolist())


def _distances(a: list[UnitBlock], b: list[UnitBlock]) -> Matrix:
    """Distance of trait distributions: deciles of the five traits, in units of their spread over all blocks."""
    levels = np.linspace(0.1, 0.9, 9)
    left, right = (
        np.array([np.quantile(np.asarray(x.traits), levels, axis=0).ravel() for x in side]) for side in (a, b)
    )
    spread = np.maximum(np.concatenate([left, right]).std(axis=0), 1e-9)
    return np.linalg.norm(left[:, None] / spread - right[None] / spread, axis=2).astype(np.float32)


def _settle(a: list[UnitBlock], b: list[UnitBlock], *, pairs: Pairs, rotation: Matrix | None = None) -> Turn:
    """Alternate the map on matched gates and the match under the map until the similarity stands still."""
    matches = [_by_traits(a[i], b[j]) for i, j in pairs] if rotation is None else _match(a, b, pairs, rotation)
    similarity = -1.0
    for _ in range(ROUNDS):
        left = np.concatenate([_gate(a[i])[x] for (i, _), (x, _) in zip(pairs, matches, strict=True)])
        right = np.concatenate([_gate(b[j])[y] for (_, j), (_, y) in zip(pairs, matches, strict=True)])
        rotation = polar(left, right)
        matches = _match(a, b, pairs, rotation)
        before, similarity = similarity, _similarity(a, b, pairs, matches, rotation)
        if abs(similarity - before) < SETTLED:
            break
    return Turn(np.asarray(rotation), similarity)


def _by_traits(a: UnitBlock, b: UnitBlock) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Match units on normal scores of their traits, which a change of scale between the models leaves alone."""
    left, right = _normal_scores(np.asarray(a.traits)), _normal_scores(np.asarray(b.traits))
    lengths = (right * right).sum(axis=1, keepdims=True)  # −‖x − y‖²/2 = x·y − ‖x‖²/2 − ‖y‖²/2, as one product
    wide_left = np.hstack([left, -(left * left).sum(axis=1, keepdims=True) / 2, np.ones_like(left[:, :1])])
    return _held(mutual_nearest(wide_left, np.hstack([right, np.ones_like(lengths), -lengths / 2])))


def _normal_scores(traits: Matrix) -> Matrix:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(traits, axis=0) - 0.5) / len(traits)), np.float32)


def _match(
    a: list[UnitBlock], b: list[UnitBlock], pairs: Pairs, rotation: Matrix
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    return [_held(mutual_nearest(_gate(a[i]) @ rotation, _gate(b[j]))) for i, j in pairs]


def _held(partner: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = np.flatnonzero(partner >= 0)
    return rows, partner[rows]


def _similarity(
    a: list[UnitBlock],
    b: list[UnitBlock],
    pairs: Pairs,
    matches: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
    rotation: Matrix,
) -> float:
    total, count = 0.0, 0
    for (i, j), (x, y) in zip(pairs, matches, strict=True):
        total += float(np.sum((_gate(a[i])[x] @ rotation) * _gate(b[j])[y]))
        count += a[i].count
    return total / max(count, 1)


def _homes(a: list[UnitBlock], b: list[UnitBlock], *, rotation: Matrix) -> Pairs:
    """Under the map, give every sampled block the reference block whose gates fit best."""
    homes = []
    for i, block in enumerate(a):
        rows = np.linspace(0, block.count - 1, min(64, block.count)).astype(np.int64)
        carried = _gate(block)[rows] @ rotation
        homes.append((i, max(range(len(b)), key=lambda j: float((carried @ _gate(b[j]).T).max(axis=1).mean()))))
    return homes
