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

ROUNDS, TRIAL_ROUNDS = 12, 5
SAMPLED = 8  # blocks that find the map; it is one for the whole tower
UNITS = 512  # units of each of them that look for a partner among all units of the other
LONE, SEEDS = 2, 3  # blocks that are also tried alone, each on so many blocks of the reference
SETTLED = 1e-4
HOME_UNITS = 64
Pairs = list[tuple[int, int]]
Match = tuple[NDArray[np.int64], NDArray[np.int64]]


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
    a = [_seen(block, units=UNITS) for block in _spread([x for x in ours if _able(x)])]
    b = [_seen(block, units=block.count) for block in theirs if _able(block)]
    b = [y for y in b if y.gate.shape[1] == b[0].gate.shape[1]]
    if not a or not b:
        return None
    tried = [_settle(a, b, pairs=pairs, rounds=TRIAL_ROUNDS) for pairs in _guesses(a, b)]
    best = max(tried, key=lambda turn: turn.similarity)
    return _settle(a, b, pairs=_homes(a, b, rotation=best.rotation), rounds=ROUNDS, rotation=best.rotation)


def _able(block: UnitBlock) -> bool:
    return block.own_gate is not None and block.traits is not None and block.count > 1


def _spread(blocks: list[UnitBlock]) -> list[UnitBlock]:
    where = np.unique(np.linspace(0, max(len(blocks) - 1, 0), min(SAMPLED, len(blocks))).astype(int))
    return [blocks[i] for i in where]


class _Seen(NamedTuple):
    """What T4 looks at: gate rows, normal scores of the traits of the same units, deciles of the traits of all."""

    place: tuple[str, int, str]
    gate: Matrix
    scores: Matrix
    deciles: Matrix


def _seen(block: UnitBlock, *, units: int) -> _Seen:
    traits = np.asarray(block.traits)
    some = np.unique(np.linspace(0, block.count - 1, min(units, block.count)).astype(int))
    return _Seen(
        place=(block.tower, block.layer, block.expert),
        gate=np.asarray(block.own_gate)[some],
        scores=_normal_scores(traits)[some],
        deciles=np.quantile(traits, np.linspace(0.1, 0.9, 9), axis=0).ravel(),
    )


def _normal_scores(traits: Matrix) -> Matrix:
    """A change of scale between the models leaves them alone."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(traits, axis=0) - 0.5) / len(traits)), np.float32)


def _guesses(a: list[_Seen], b: list[_Seen]) -> Iterable[Pairs]:
    """Same place; nearest by the distribution of traits; and single blocks on their nearest few."""
    places = {y.place: j for j, y in enumerate(b)}
    same = [(i, places[x.place]) for i, x in enumerate(a) if x.place in places]
    if same:
        yield same
    away = _distances(a, b)
    yield list(enumerate(away.argmin(axis=1).tolist()))
    for i in range(0, len(a), max(1, -(-len(a) // LONE))):
        yield from ([(i, j)] for j in np.argsort(away[i])[:SEEDS].tolist())


def _distances(a: list[_Seen], b: list[_Seen]) -> Matrix:
    """Distance of trait distributions, in units of their spread over all blocks."""
    left, right = (np.array([x.deciles for x in side]) for side in (a, b))
    scale = np.maximum(np.concatenate([left, right]).std(axis=0), 1e-9)
    return np.linalg.norm(left[:, None] / scale - right[None] / scale, axis=2).astype(np.float32)


def _settle(a: list[_Seen], b: list[_Seen], *, pairs: Pairs, rounds: int, rotation: Matrix | None = None) -> Turn:
    """Alternate the map on matched gates and the match under the map until the similarity stands still."""
    matches = [_by_traits(a[i], b[j]) for i, j in pairs] if rotation is None else _match(a, b, pairs, rotation)
    similarity = -1.0
    for _ in range(rounds):
        left = np.concatenate([a[i].gate[x] for (i, _), (x, _) in zip(pairs, matches, strict=True)])
        right = np.concatenate([b[j].gate[y] for (_, j), (_, y) in zip(pairs, matches, strict=True)])
        rotation = polar(left, right)
        matches = _match(a, b, pairs, rotation)
        before, similarity = similarity, _similarity(a, b, pairs, matches, rotation)
        if abs(similarity - before) < SETTLED:
            break
    return Turn(np.asarray(rotation), similarity)


def _by_traits(a: _Seen, b: _Seen) -> Match:
    """Match units whose traits lie nearest: −‖x − y‖²/2 = x·y − ‖x‖²/2 − ‖y‖²/2, as one product."""
    half_a, half_b = ((side.scores**2).sum(axis=1, keepdims=True) / 2 for side in (a, b))
    left = np.hstack([a.scores, -half_a, np.ones_like(half_a)])
    return _held(mutual_nearest(left, np.hstack([b.scores, np.ones_like(half_b), -half_b])))


def _match(a: list[_Seen], b: list[_Seen], pairs: Pairs, rotation: Matrix) -> list[Match]:
    return [_held(mutual_nearest(a[i].gate @ rotation, b[j].gate)) for i, j in pairs]


def _held(partner: NDArray[np.int64]) -> Match:
    rows = np.flatnonzero(partner >= 0)
    return rows, partner[rows]


def _similarity(a: list[_Seen], b: list[_Seen], pairs: Pairs, matches: list[Match], rotation: Matrix) -> float:
    """Sum of the cosines of matched gates over all units that looked for one."""
    total, count = 0.0, 0
    for (i, j), (x, y) in zip(pairs, matches, strict=True):
        total += float(np.sum((a[i].gate[x] @ rotation) * b[j].gate[y]))
        count += len(a[i].gate)
    return total / max(count, 1)


def _homes(a: list[_Seen], b: list[_Seen], *, rotation: Matrix) -> Pairs:
    """Under the map, give every block the block of the reference whose gates fit best."""
    homes = []
    for i, block in enumerate(a):
        carried = block.gate[:HOME_UNITS] @ rotation
        homes.append((i, max(range(len(b)), key=lambda j: float((carried @ b[j].gate.T).max(axis=1).mean()))))
    return homes
