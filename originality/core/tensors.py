"""Tensor against tensor: exact equality beside chance, and variance explained, on all elements or on a public sample."""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.device import active
from originality.core.exact import EqualityResult, chance_level, equality
from originality.core.exclusions import untrained_rows
from originality.core.kernels import Floats, histogram, pair_sums, to_bf16, widened
from originality.core.pairkernels import pair_floats
from originality.core.readers import BLOCK_ELEMENTS, Source, grid
from originality.core.sketch import Progress, Sketch, silent
from originality.core.summary import TABLES, Counts, TensorSummary
from originality.core.variance import VarianceResult, variance_explained
from originality.core.workers import in_threads

SPAN = 16 << 20  # elements of one piece of work
LayerMap = Callable[[str, int], int]  # tower and layer of the candidate → layer of the reference
Place = tuple[str, str, int, str, str, tuple[int, ...]]
ZERO_CODES = [0, 0x8000]
Zeros = tuple[NDArray[np.int64], NDArray[np.int64]]  # +0 and −0 of candidate and reference


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
    usable = np.isfinite(left) & np.isfinite(right) & ((left != 0) | (right != 0))  # see `_beside_zeros`
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


class Totals(NamedTuple):
    """Equal elements, equal after rounding, and Σab over n elements; sums and chance only where the histograms cannot say.

    sums are Σa, Σb, Σa², Σb² of reference and candidate.
    """

    n: int
    equal: int
    rounded: int
    product: float
    sums: NDArray[np.float64] | None = None
    left: NDArray[np.int64] | None = None
    right: NDArray[np.int64] | None = None


def _together(a: Totals, b: Totals) -> Totals:
    both: list[Any] = [None if x is None or y is None else x + y for x, y in zip(a, b, strict=True)]
    return Totals(*both)


class _Span(NamedTuple):
    """Rows [start, stop) of one pair of tensors; `exact` where codes alone give everything the histograms do not."""

    pair: int
    names: tuple[str, str]
    start: int
    stop: int
    exact: bool


def full_rows(
    candidate: Sketch,
    reference: Sketch,
    pairs: Sequence[tuple[str, str]],
    *,
    sources: tuple[Source, Source],
    progress: Progress = silent,
) -> list[TensorRow]:
    """Compare every element of the paired tensors; threads share tensors and the parts of large ones.

    Rows without trained content are left out. The histograms of the two ingests give chance level and moments.
    """
    spans = [span for index, names in enumerate(pairs) for span in _spans(candidate, reference, names, index=index)]
    found: dict[int, Totals] = {}
    measured = in_threads(lambda span: _measure(span, sources, table=_is_table(candidate, span.names[0])), spans)
    for done, (span, totals) in enumerate(zip(spans, measured, strict=True), start=1):
        found[span.pair] = _together(found[span.pair], totals) if span.pair in found else totals
        progress(done, len(spans), span.names[0])
    return [_full_row(candidate, reference, names, found[index]) for index, names in enumerate(pairs)]


def _is_table(sketch: Sketch, name: str) -> bool:
    return sketch.summaries[name].role in TABLES


def _spans(candidate: Sketch, reference: Sketch, names: tuple[str, str], *, index: int) -> Iterator[_Span]:
    a, b = candidate.summaries[names[0]], reference.summaries[names[1]]
    counted = candidate.samples[names[0]].counts and reference.samples[names[1]].counts
    exact = bool(counted) and a.dtype == b.dtype == "BF16" and not (a.untrained_rows or b.untrained_rows)
    rows, width = grid(a.shape)
    step = max(1, SPAN // max(1, width))
    for start in range(0, rows, step):
        yield _Span(index, names, start, min(start + step, rows), exact)


def _measure(span: _Span, sources: tuple[Source, Source], *, table: bool) -> Totals:
    ours, theirs = (
        source.stored(name)[span.start : span.stop] for source, name in zip(sources, span.names, strict=True)
    )
    if span.exact:
        equal, product = active().pair_codes(ours.reshape(-1), theirs.reshape(-1))
        return Totals(ours.size, equal, equal, product)
    same = sources[0].meta(span.names[0]).dtype == sources[1].meta(span.names[1]).dtype
    step = max(1, BLOCK_ELEMENTS // ours.shape[1])
    parts = [
        _widened_part(widened(ours[at : at + step]), widened(theirs[at : at + step]), same=same, table=table)
        for at in range(0, len(ours), step)
    ]
    return reduce(_together, parts)


def _widened_part(ours: Floats, theirs: Floats, *, same: bool, table: bool) -> Totals:
    if table:
        keep = ~(untrained_rows(ours) | untrained_rows(theirs))
        ours, theirs = ours[keep], theirs[keep]
    left, right = ours.reshape(-1), theirs.reshape(-1)
    equal, rounded, product = pair_floats(left, right)
    sums = pair_sums(right, left)
    counts = (histogram(to_bf16(left)), histogram(to_bf16(right)))
    return Totals(left.size, equal if same else rounded, rounded, product, sums[:4], *counts)


def _full_row(candidate: Sketch, reference: Sketch, names: tuple[str, str], totals: Totals) -> TensorRow:
    a, b = candidate.summaries[names[0]], reference.summaries[names[1]]
    chance, sums, zeros = _chance(candidate, reference, names, totals)
    return TensorRow(
        candidate=a,
        reference=b,
        equality=_beside_zeros(equality(equal=totals.equal, n=totals.n, chance=chance), zeros),
        rounded=totals.rounded / max(totals.n, 1),
        variance=variance_explained(np.append(sums, totals.product), n=max(totals.n, 1)),
        identical=a.codes_sha256 == b.codes_sha256,
        sampled=False,
    )


def _chance(
    candidate: Sketch, reference: Sketch, names: tuple[str, str], totals: Totals
) -> tuple[float, NDArray[np.float64], Zeros]:
    """Chance level; Σa, Σb, Σa², Σb² of reference and candidate; zeros of candidate and reference."""
    if totals.left is not None and totals.right is not None and totals.sums is not None:
        n = max(totals.n, 1)
        zeros = (totals.left[ZERO_CODES], totals.right[ZERO_CODES])
        return float((totals.left / n) @ (totals.right / n)), totals.sums, zeros
    ours, theirs = candidate.samples[names[0]].counts, reference.samples[names[1]].counts
    if ours is None or theirs is None:
        raise ValueError(f"{names[0]} was compared without its histogram")
    (one, one2), (other, other2) = theirs.sums(), ours.sums()
    return ours.chance(theirs), np.array([one, other, one2, other2]), (_zeros(ours), _zeros(theirs))


def _zeros(counts: Counts) -> NDArray[np.int64]:
    return np.array([int(counts.counts[counts.codes == code].sum()) for code in ZERO_CODES])


def _beside_zeros(found: EqualityResult, zeros: Zeros) -> EqualityResult:
    """Leave out as many equal zeros as there can be: padding puts them at equal places in models that share nothing."""
    ours, theirs = zeros
    shared = min(int(ours.sum()), int(theirs.sum()), found.n)
    if not shared:
        return found
    n = found.n - shared
    equal = max(0, round(found.fraction * found.n) - shared)
    by_zeros = float(ours @ theirs) / found.n**2
    return equality(equal=min(equal, n), n=n, chance=max(found.chance - by_zeros, 0.0) * found.n / max(n, 1))
