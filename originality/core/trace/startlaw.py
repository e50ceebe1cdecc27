"""Whether a step-0 checkpoint was drawn as declared: every number of a tensor against its law, and its largest singular value.

The distance of Kolmogorov and Smirnov is taken over the exact histogram of the stored codes, at the edges between them, so
that rounding to bfloat16 is part of the law; its p-value is the bound 2·exp(−2nd²) of Massart (1990), which holds for every n.
Spreads are told apart sooner by the mean square: of n normal numbers it is r times what is declared with probability below
2·exp(−n(r − 1 − ln r)/2) (Chernoff 1952), of numbers that end at c by Hoeffding's bound (1963).
Trained weights can be bent into any marginal law, not into independent ones: the largest singular value of m × n independent
normal numbers of spread σ exceeds σ(√m + √n + t) with probability below exp(−t²/2) (Davidson and Szarek 2001).
"""

import fnmatch
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.exclusions import excluded_before_reading
from originality.core.kernels import histogram, to_bf16, widened
from originality.core.readers import Source
from originality.core.roles import Role, Slot, assign_roles
from originality.core.sketch import Progress, silent
from originality.core.trace.facts import InitLaw
from originality.core.trace.measures import START_SCHEMA
from originality.core.workers import in_threads

KEPT = 512  # tensors in the document, those that fit their law least
CORNER = 512  # rows and columns of which the largest singular value is taken
SMALLEST_SIDE = 32
LN10 = math.log(10)
NEVER = -300.0  # log10 of the p-value of what the law cannot give
TRUNCATIONS = (2.0, 3.0)  # deviations at which frameworks cut a truncated normal
Document = dict[str, Any]
Distribution = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class _Histogram(NamedTuple):
    """Counts of the stored codes in the order of their values, `edges` halfway between neighbours; NaN are not counted."""

    values: NDArray[np.float64]
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]


def start_document(
    source: Source, laws: Sequence[InitLaw], *, seed: int | None, progress: Progress = silent
) -> Document:
    """Test every tensor of a step-0 checkpoint against the first law whose pattern fits its name."""
    roles = assign_roles(source.tensors, source.config)
    names = [
        name
        for name, meta in sorted(source.tensors.items())
        if not excluded_before_reading(name, meta=meta, slot=roles.slots.get(name, Slot(Role.OTHER)))
    ]
    rows: list[Document] = []
    tested = in_threads(lambda name: _tested(source, name, laws=laws, role=roles.slots[name].role), names)
    for done, row in enumerate(tested, start=1):
        rows.append(row)
        progress(done, len(names), row["tensor"])
    declared = [row for row in rows if row["law"]]
    covered = sum(source.tensors[row["tensor"]].size for row in declared)
    declared.sort(key=lambda row: (_least(row), row["tensor"]))
    others = [row for row in rows if not row["law"]]
    others.sort(key=lambda row: (row["edge_ratio"] is None, -(row["edge_ratio"] or 0.0), row["tensor"]))
    return {
        "schema": START_SCHEMA,
        "seed": seed,
        "tested": len(declared),
        "coverage": covered / max(1, sum(source.tensors[name].size for name in names)),
        "tensors": declared[:KEPT],
        "undeclared": others[:KEPT],
        "undeclared_total": len(others),
        "uneven_gains": [row["tensor"] for row in others if row["uneven_gain"]][:KEPT],
    }


def _tested(source: Source, name: str, *, laws: Sequence[InitLaw], role: Role) -> Document:
    """One tensor: its spread, and where a law is declared the distance from it and the p-values as log10."""
    law = next((law for law in laws if fnmatch.fnmatchcase(name, law.pattern)), None)
    found = _histogram(source, name)
    total = int(found.counts.sum())
    mean = float(found.values @ found.counts) / max(1, total)
    spread = math.sqrt(max(0.0, float((found.values - mean) ** 2 @ found.counts) / max(1, total)))
    edge = _edge(source, name, spread=spread)
    row: Document = {
        "tensor": name,
        "numbers": total,
        "mean": mean,
        "sd": spread,
        "law": law.law if law else "",
        "scale": law.scale if law else None,
        "distance": None,
        "log10_p": 0.0,
        "spread_ratio": None,
        "log10_p_spread": 0.0,
        "edge_ratio": edge[0] if edge else None,
        "log10_p_edge": edge[1] if edge else 0.0,
        "uneven_gain": role in {Role.NORM, Role.HEAD_NORM} and spread > 0,
    }
    if law:
        row["distance"], row["log10_p"] = _against(found, law)
        if law.law != "constant" and law.scale > 0 and total:
            row["spread_ratio"], row["log10_p_spread"] = _spread(found, law)
    return row


def _least(row: Document) -> float:
    return float(min(row["log10_p"], row["log10_p_spread"], row["log10_p_edge"]))


def _histogram(source: Source, name: str) -> _Histogram:
    half = source.tensors[name].dtype == "F16"
    counts = np.zeros(65536, np.int64)
    for block in source.blocks(name):
        codes = block.raw.reshape(-1).view(np.uint16) if half else to_bf16(block.values.reshape(-1))
        counts += histogram(np.ascontiguousarray(codes))
    codes = np.arange(65536, dtype=np.uint32)
    values = codes.astype(np.uint16).view(np.float16) if half else (codes << 16).view(np.float32)
    finite = np.isfinite(values)
    numbers = values[finite].astype(np.float64)
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    return _Histogram(ordered, (ordered[1:] + ordered[:-1]) / 2, counts[finite][order])


def _against(found: _Histogram, law: InitLaw) -> tuple[float, float]:
    """Return (distance, log10 p); several readings of one declared law count as so many tests."""
    total = int(found.counts.sum())
    if total == 0 or law.scale < 0:
        return (1.0, NEVER) if total else (0.0, 0.0)
    if law.law == "constant" or law.scale == 0:
        value = law.scale if law.law == "constant" else 0.0
        here = np.abs(found.values - value) <= 2.0**-8 * abs(value)
        share = 1.0 - float(found.counts[here].sum()) / total
        return share, 0.0 if share == 0 else NEVER
    below = np.cumsum(found.counts)[:-1] / total
    readings = _readings(law)
    distance = min(float(np.abs(below - reading(found.edges)).max()) for reading in readings)
    return distance, min(0.0, (math.log(2 * len(readings)) - 2 * total * distance**2) / LN10)


def _spread(found: _Histogram, law: InitLaw) -> tuple[float, float]:
    """Return (root of the mean square over that of the law, log10 p); of several readings the nearest."""
    total = int(found.counts.sum())
    square = float(found.values**2 @ found.counts) / total
    best = (math.inf, NEVER)
    for deviation, end in _ends(law):
        r = square / deviation**2
        if math.isinf(end):
            exponent = total * (r - 1 - math.log(r)) / 2 if r > 0 else math.inf
        else:
            exponent = 2 * total * ((square - deviation**2) / end**2) ** 2
        log10_p = max(NEVER, min(0.0, (math.log(2 * len(_ends(law))) - exponent) / LN10))
        if log10_p > best[1] or math.isinf(best[0]):
            best = (math.sqrt(r), log10_p)
    return best


def _ends(law: InitLaw) -> list[tuple[float, float]]:
    """The (deviation, largest number) of each reading of a law."""
    if law.law == "uniform":
        return [(law.scale / math.sqrt(3), law.scale)]
    found = [(law.scale, math.inf)]
    if law.law == "truncated normal":
        for cut in TRUNCATIONS:
            narrow = _narrowed(cut)
            found += [(law.scale * narrow, law.scale * cut), (law.scale, law.scale * cut / narrow)]
    return found


def _readings(law: InitLaw) -> list[Distribution]:
    """What a declaration may mean: a truncated normal is cut at 2 or 3 deviations, or so far out that nothing is cut.

    Its deviation is that before the cut or after it.
    """
    if law.law == "uniform":
        return [lambda x: np.clip((x + law.scale) / (2 * law.scale), 0.0, 1.0)]
    readings = [_normal(law.scale, cut=math.inf)]
    if law.law == "truncated normal":
        for cut in TRUNCATIONS:
            readings += [_normal(law.scale, cut=cut), _normal(law.scale / _narrowed(cut), cut=cut)]
    return readings


def _normal(scale: float, *, cut: float) -> Distribution:
    from scipy.special import ndtr

    low, high = float(ndtr(-cut)), float(ndtr(cut))

    def reading(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((ndtr(np.clip(x / scale, -cut, cut)) - low) / (high - low))

    return reading


def _narrowed(cut: float) -> float:
    """The deviation of a standard normal number cut at ±cut."""
    inside = math.erf(cut / math.sqrt(2))
    return math.sqrt(1 - 2 * cut * math.exp(-(cut**2) / 2) / math.sqrt(2 * math.pi) / inside)


def _edge(source: Source, name: str, *, spread: float) -> tuple[float, float] | None:
    """Return (s₁ / σ(√m + √n), log10 of its p-value) of the upper left corner; None for what is no matrix."""
    stored = source.stored(name)
    rows, width = min(CORNER, stored.shape[0]), min(CORNER, stored.shape[1])
    if min(rows, width) < SMALLEST_SIDE or spread == 0 or len(source.tensors[name].shape) != 2:
        return None
    from scipy.linalg import eigvalsh

    corner = widened(np.ascontiguousarray(stored[:rows, :width])).astype(np.float64)
    if not np.isfinite(corner).all():
        return None
    corner = corner if rows <= width else corner.T
    gram = corner @ corner.T
    largest = math.sqrt(max(0.0, float(eigvalsh(gram, subset_by_index=(len(gram) - 1, len(gram) - 1))[0])))
    edge = math.sqrt(rows) + math.sqrt(width)
    excess = max(0.0, largest / spread - edge)
    return largest / (spread * edge), -(excess**2) / 2 / LN10
