"""How far two models agree in each tensor type at equal places: the figures that claims are made of, each with its null.

Cosines of this kind are near zero between strangers for every matrix and near one for gains. None leads to a level: places
are not exchangeable when two networks share structure by recipe, so the null by chance is a description.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np

from originality.core.baselines import Baselines, among
from originality.core.corner import TYPES, CornerScore, corner_score
from originality.core.sketch import Sketch
from originality.core.summary import TensorSummary
from originality.core.tokens import shared_anchors

NAMES = {kind: f"{kind}_cosine" for kind in (*TYPES, "embedding")}
BY_CHANCE = "the same numbers in random order"
MIN_SHARED = 64
Place = tuple[str, str, int, str, str]


class TypeScore(NamedTuple):
    """Means over the matched tensors of one type; chance_sd is that of the mean; coverage of the candidate's parameters."""

    value: float
    chance_mean: float
    chance_sd: float
    tensors: int
    coverage: float


def type_scores(candidate: Sketch, reference: Sketch) -> dict[str, TypeScore]:
    """Compare tensors of equal role and layer, cut to the rows and columns that both have."""
    theirs = _corners(reference)
    found: dict[str, list[tuple[CornerScore, int]]] = defaultdict(list)
    for place, name in _corners(candidate).items():
        other = theirs.get(place)
        score = _score(candidate, name, reference, other) if other else None
        if score:
            found[place[1]].append((score, candidate.summaries[name].size))
    scores = {kind: _mean(rows, candidate) for kind, rows in found.items()}
    if embedding := _embedding(candidate, reference):
        scores["embedding"] = embedding
    return scores


def _corners(sketch: Sketch) -> dict[Place, str]:
    return {
        _place(summary): name
        for name, sampled in sketch.samples.items()
        if (summary := sketch.summaries[name]).role in TYPES and sampled.corner is not None
    }


def _place(summary: TensorSummary) -> Place:
    return summary.tower, summary.role, summary.layer, summary.part, summary.expert


def _score(candidate: Sketch, name: str, reference: Sketch, other: str) -> CornerScore | None:
    ours, theirs = candidate.samples[name].corner, reference.samples[other].corner
    return corner_score(ours, theirs) if ours is not None and theirs is not None else None


def _mean(rows: list[tuple[CornerScore, int]], candidate: Sketch) -> TypeScore:
    scores = [score for score, _ in rows]
    return TypeScore(
        value=float(np.mean([score.cosine for score in scores])),
        chance_mean=float(np.mean([score.chance_mean for score in scores])),
        chance_sd=float(np.sqrt(np.sum([score.chance_sd**2 for score in scores]))) / len(scores),
        tensors=len(scores),
        coverage=sum(size for _, size in rows) / max(candidate.parameters, 1),
    )


def _embedding(candidate: Sketch, reference: Sketch) -> TypeScore | None:
    """Rows of shared strings, whatever their numbers, cut to the channels that both have."""
    ours, theirs = shared_anchors(candidate.anchors, reference.anchors)
    if len(ours) < MIN_SHARED:
        return None
    width = min(ours.shape[1], theirs.shape[1])
    score = corner_score(ours[:, :width].reshape(-1), theirs[:, :width].reshape(-1))
    if score is None:
        return None
    size = sum(summary.size for summary in candidate.summaries.values() if summary.role == "embedding")
    return _mean([(score, size)], candidate)


def scored_types(scores: dict[str, TypeScore], *, baselines: Baselines) -> list[dict[str, Any]]:
    """Return rows of scores[]: each figure beside chance, unrelated pairs of the registry and a pair of known descent."""
    return [
        {
            "name": NAMES[kind],
            "kind": kind,
            "value": score.value,
            "coverage": score.coverage,
            "tensors": score.tensors,
            "null_mean": score.chance_mean,
            "null_sd": score.chance_sd,
            "null_source": BY_CHANCE,
            **among(baselines.get(kind), score.value),
        }
        for kind, score in sorted(scores.items())
    ]
