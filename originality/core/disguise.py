"""Tells of a disguise: traces that hiding a model's origin leaves. They accuse nobody and lead to no level."""

from typing import NamedTuple

import numpy as np

from originality.core.projection import Matrix
from originality.core.sketch import Sketch

TURNS = 99
MIN_ROWS = 64
TURNED_WIDTH = 512  # channels that are turned together, for speed
ALL_ONE = "all one"


class Tell(NamedTuple):
    """found says that the value lies where a disguise would put it; null_mean and null_sd are of such a disguise."""

    name: str
    found: bool
    value: float
    null_mean: float | None
    null_sd: float | None
    meaning: str


def tells(candidate: Sketch, reference: Sketch) -> list[Tell]:
    """Look for what norm-to-linear folding and a rotation of the residual stream leave in the candidate."""
    found = [_folded_gains(candidate, reference), _isotropic(candidate)]
    return [tell for tell in found if tell is not None]


def _folded_gains(candidate: Sketch, reference: Sketch) -> Tell | None:
    """All gains exactly one: trained gains are not, unless they were folded into the matrices behind them."""
    ours, theirs = _share_of_ones(candidate), _share_of_ones(reference)
    if ours is None:
        return None
    return Tell("all_gains_one", ours == 1.0, ours, theirs, 0.0, "share of norm gains that are exactly one")


def _share_of_ones(sketch: Sketch) -> float | None:
    norms = [summary for summary in sketch.summaries.values() if summary.role == "norm"]
    return sum(summary.excluded == ALL_ONE for summary in norms) / len(norms) if norms else None


def _isotropic(candidate: Sketch) -> Tell | None:
    """Spread of the channels' variances: a residual stream has channels of its own, a random rotation mixes them all."""
    rows = candidate.anchors.rows
    if len(rows) < MIN_ROWS or rows.shape[1] < 8:
        return None
    centred = (rows - rows.mean(axis=0))[:, :TURNED_WIDTH]
    observed = _spread(centred)
    random = np.random.default_rng(3)
    turned = np.array([_spread(centred @ _rotation(random, centred.shape[1])) for _ in range(_turns(centred.shape[1]))])
    inside = float(turned.min()) <= observed <= float(turned.max())
    meaning = "spread of the embedding's variance over channels, beside the same rows turned at random"
    return Tell("isotropic_embedding", inside, observed, float(turned.mean()), float(turned.std()), meaning)


def _turns(width: int) -> int:
    return TURNS if width <= 128 else 19


def _spread(rows: Matrix) -> float:
    variances = rows.var(axis=0, dtype=np.float64)
    return float(variances.std() / max(variances.mean(), 1e-30))


def _rotation(random: np.random.Generator, width: int) -> Matrix:
    q, _ = np.linalg.qr(random.normal(size=(width, width)))
    return q.astype(np.float32)
