"""Tensor against tensor: exact equality beside chance, and variance explained, on all elements or on a public sample."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.exact import EqualityResult, chance_level, equality
from originality.core.exclusions import untrained_rows
from originality.core.kernels import Floats, histogram, pair_sums, to_bf16
from originality.core.readers import Source
from originality.core.sketch import Sketch
from originality.core.summary import TABLES, TensorSummary
from originality.core.variance import VarianceResult, variance_explained

LayerMap = Callable[[str, int], int]  # tower and layer of the candidate → layer of the reference
Place = tuple[str, str, int, str, str, tuple[int, ...]]


class TensorRow(NamedTuple):
    """`equality` is at the coarser of the two precisions, `rounded` is the equal share after rounding to bfloat16.

    `identical` says that the whole tensor has the same values; sampled rows saw only the public sample.
    """

    candidate: TensorSummary
    reference: TensorSummary
    equality: EqualityResult
    rounded: float
    variance: VarianceResult
    identical: bool
    sampled: bool


def pair_tensors(candidate: Sketch, reference: Sketch, *, layer: LayerMap) -> list[tuple[str, str]]:
    """Pair tensors of equal role and shape by the layer map, and any tensor with an identical twin elsewhere."""
    by_place: dict[Place, str] = {}
    by_content: dict[str, str] = {}
    for name in reference.samples:
        summary = reference.summaries[name]
        by_place.setdefault(_place(summary, summary.layer), name)
        by_content.setdefault(summary.codes_sha256, name)
    pairs = []
    for name in candidate.samples:
        summary = candidate.summaries[name]
        twin = by_content.get(summary.codes_sha256) or by_place.get(
            _place(summary, layer(summary.tower, summary.layer))
        )
        if twin is not None:
            pairs.append((name, twin))
    return pairs


def _place(summary: TensorSummary, layer: int) -> Place:
    """Where no role is known the name stands in for it."""
    part = summary.name if summary.role in {"other", "bias"} else summary.part
    return summary.tower, summary.role, layer, summary.expert, part, summary.shape


def sampled_row(candidate: Sketch, reference: Sketch, names: tuple[str, str]) -> TensorRow:
    ours, theirs = names
    left, right = candidate.samples[ours].values, reference.samples[theirs].values
    usable = np.isfinite(left) & np.isfinite(right)
    return _row(candidate.summaries[ours], reference.summaries[theirs], left[usable], right[usable], sampled=True)


def _row(a: TensorSummary, b: TensorSummary, left: Floats, right: Floats, *, sampled: bool) -> TensorRow:
    codes_a, codes_b = to_bf16(left), to_bf16(right)
    same_codes = codes_a == codes_b
    equal = int(np.count_nonzero(left == right if a.dtype == b.dtype else same_codes))
    return TensorRow(
        candidate=a,
        reference=b,
        equality=equality(equal=equal, n=left.size, chance=chance_level(codes_a, codes_b)),
        rounded=float(same_codes.mean()) if left.size else 0.0,
        variance=variance_explained(pair_sums(right, left), n=max(left.size, 1)),
        identical=a.codes_sha256 == b.codes_sha256,
        sampled=sampled,
    )


class _Totals:
    def __init__(self) -> None:
        self.sums = np.zeros(5)
        self.left, self.right = np.zeros(65536, np.int64), np.zeros(65536, np.int64)
        self.equal = self.rounded = self.n = 0

    def feed(self, left: Floats, right: Floats, *, same_dtype: bool) -> None:
        codes_a, codes_b = to_bf16(left), to_bf16(right)
        same_codes = codes_a == codes_b
        rounded = int(np.count_nonzero(same_codes))
        self.equal += int(np.count_nonzero(left == right)) if same_dtype else rounded
        self.rounded += rounded
        self.sums += pair_sums(right, left)
        self.left += histogram(codes_a)
        self.right += histogram(codes_b)
        self.n += left.size


def full_row(a: TensorSummary, b: TensorSummary, *, candidate: Source, reference: Source) -> TensorRow:
    """Read both tensors side by side in equal row blocks; rows without trained content are left out."""
    totals = _Totals()
    for left, right in zip(candidate.blocks(a.name), reference.blocks(b.name), strict=True):
        ours, theirs = left.values, right.values
        if a.role in TABLES:
            keep = _kept(ours, theirs)
            ours, theirs = ours[keep], theirs[keep]
        totals.feed(ours.reshape(-1), theirs.reshape(-1), same_dtype=a.dtype == b.dtype)
    n = max(totals.n, 1)
    chance = float((totals.left / n) @ (totals.right / n))
    return TensorRow(
        candidate=a,
        reference=b,
        equality=equality(equal=totals.equal, n=totals.n, chance=chance),
        rounded=totals.rounded / n,
        variance=variance_explained(totals.sums, n=n),
        identical=a.codes_sha256 == b.codes_sha256,
        sampled=False,
    )


def _kept(left: Floats, right: Floats) -> NDArray[np.bool_]:
    return ~(untrained_rows(left) | untrained_rows(right))
