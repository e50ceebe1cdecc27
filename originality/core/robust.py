"""Scores that survive a disguise with random signs. They are no exact tests and lead to level 1 at most.

The sign-blind profile is the mean |c| of units matched through their gates, beside what the runner-up of every match
gives. Where the best gate is no better than the runner-up, the sign of the difference is a coin and Hoeffding's bound holds;
for strangers this is so nearly, not exactly, which is one reason for the limit at level 1.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.alignments import SignRow
from originality.core.baselines import Baselines, among
from originality.core.blocks import BlockTests
from originality.core.embeddings import embedding_cka
from originality.core.levels import P_ANOMALY, R2_COMMON, Adjusted, adjust
from originality.core.signs import hoeffding_log10_p
from originality.core.sketch import Sketch
from originality.core.spectra import spectra_row

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
UNITS_SEEN = 512  # of each block
FEWEST = 8  # units that a rank correlation needs


class RobustRow(NamedTuple):
    """log10_p is None where no valid test exists: then only unrelated pairs of a registry can say what is usual.

    effect is what the level rests on, as a share of variance.
    """

    kind: str
    alignment: str
    tower: str
    n: int
    value: float
    null_mean: float | None
    null_sd: float | None
    z: float | None
    log10_p: float | None
    effect: float
    null_source: str
    tensors: frozenset[str] = frozenset()


def robust_rows(tests: BlockTests, candidate: Sketch, reference: Sketch) -> list[RobustRow]:
    """Return one row per score, alignment and tower."""
    groups: dict[tuple[str, str], list[SignRow]] = defaultdict(list)
    for row in tests.signs:
        if row.partner is not None and row.candidate.gate is not None and not row.swapped:
            groups[row.alignment, row.candidate.tower].append(row)
    rows = [
        found for key, group in sorted(groups.items()) for found in (_profile(*key, group), _invariants(*key, group))
    ]
    kept = [row for row in rows if row is not None]
    cka = embedding_cka(candidate, reference)
    if cka is not None:
        kept.append(RobustRow("embedding_cka", "shared strings", "", cka[1], cka[0], None, None, None, None, 0.0, ""))
    spectra = spectra_row(candidate.spectra, reference.spectra)
    if spectra is not None:
        value, sd, z, log10_p, n = spectra
        effect = max(value, 0.0) ** 2
        kept.append(RobustRow("head_spectra", "T1", "", n, value, 0.0, sd, z, log10_p, effect, "heads in random order"))
    return kept


def level_of_robust(row: RobustRow, *, tests: int) -> Adjusted:
    """Level 1 asks for p and an effect, as for signs; more than an anomaly these scores cannot show."""
    if row.log10_p is None:
        return Adjusted(0.0, 0)
    value = adjust(row.log10_p, tests=tests)
    return Adjusted(value, int(value < math.log10(P_ANOMALY) and row.effect >= R2_COMMON))


def raw_robust(rows: list[RobustRow]) -> dict[str, float]:
    """Return the largest value of each kind over the alignments tried, for building nulls from unrelated pairs."""
    kinds: dict[str, float] = {}
    for row in rows:
        kinds[row.kind] = max(row.value, kinds.get(row.kind, row.value))
    return kinds


def robust_documents(
    rows: list[RobustRow], *, tests: int, baselines: Baselines, coverage: Callable[[Iterable[str]], float]
) -> list[dict[str, Any]]:
    """Set each value beside its null, its p-values and the unrelated pairs; without any null it is not given at all."""
    documents = []
    for row in rows:
        registry = baselines.get(row.kind)
        held = registry.values if registry else ()
        if row.null_mean is None and not held:
            continue
        own = row.null_mean is not None
        mean, sd = (row.null_mean or 0.0, row.null_sd or 0.0) if own else (float(np.mean(held)), float(np.std(held)))
        adjusted = level_of_robust(row, tests=tests)
        documents.append(
            {"name": row.kind, "kind": row.kind, "alignment": row.alignment, "tower": row.tower, "n": row.n}
            | {"value": row.value, "coverage": coverage(row.tensors), "null_mean": mean, "null_sd": sd}
            | {"null_source": row.null_source or "unrelated pairs of the registry", "level": adjusted.level}
            | {"permutation_z": row.z, "permutation_p": None if row.log10_p is None else 10.0**row.log10_p}
            | {"log10_p_adj": None if row.log10_p is None else adjusted.log10_p_adj, "effect": row.effect}
            | conformal(row.value, held)
            | among(registry, row.value)
        )
    return documents


def conformal(value: float, held: Sequence[float]) -> dict[str, Any]:
    """Return the share of unrelated pairs and this one at or above the value: never below 1/(N + 1)."""
    n = len(held)
    return {"conformal_p": (1 + sum(other >= value for other in held)) / (n + 1) if n else None, "conformal_n": n}


def _profile(alignment: str, tower: str, rows: list[SignRow]) -> RobustRow | None:
    """Mean |c| of matched units, beside the unit whose gate comes second."""
    pairs = [found for row in rows if (found := _with_runner_up(row)) is not None]
    if not pairs:
        return None
    best, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    gain = best - second
    scale = math.sqrt(float(gain @ gain))
    z = float(gain.sum()) / scale if scale else 0.0
    return RobustRow(
        kind="sign_blind_profile",
        alignment=alignment,
        tower=tower,
        n=best.size,
        value=float(best.mean()),
        null_mean=float(second.mean()),
        null_sd=float(second.std()) / math.sqrt(second.size),
        z=z,
        log10_p=hoeffding_log10_p(z),
        effect=max(float(gain.mean()), 0.0) ** 2,
        null_source="the unit whose gate comes second",
        tensors=_tensors(rows),
    )


def _with_runner_up(row: SignRow) -> tuple[Floats, Floats] | None:
    """Return |c|/2 of some matched units and of the same units with the second-best gate."""
    found = _two_partners(row)
    return None if found is None else (_blind(row, found[0], found[1]), _blind(row, found[0], found[2]))


def _two_partners(row: SignRow) -> tuple[Indices, Indices, Indices] | None:
    """Return some matched units, their partners, and the units of the reference whose gates come second."""
    a, b = row.candidate, row.reference
    if row.partner is None or a.gate is None or b.gate is None or b.count < 2:
        return None
    units = np.flatnonzero(row.partner >= 0)
    units = units[np.unique(np.linspace(0, max(units.size - 1, 0), min(UNITS_SEEN, units.size)).astype(int))]
    if not units.size:
        return None
    similar = a.gate[units] @ b.gate.T
    matched = row.partner[units]
    similar[np.arange(units.size), matched] = -np.inf
    return units, matched, similar.argmax(axis=1)


def _blind(row: SignRow, units: NDArray[np.int64], partners: NDArray[np.int64]) -> Floats:
    a, b = row.candidate, row.reference
    reads = np.einsum("ij,ij->i", a.reads[units], b.reads[partners], dtype=np.float64)
    return np.abs(reads + np.einsum("ij,ij->i", a.writes[units], b.writes[partners], dtype=np.float64)) / 2


def _invariants(alignment: str, tower: str, rows: list[SignRow]) -> RobustRow | None:
    """Mean rank correlation of the units' invariants (lengths and angles of gate, up and down) over matched units.

    A match by gates favours units of like length even between strangers, so it stands beside the runner-up's and has no p.
    """
    found = [pair for row in rows if (pair := _rank_correlations(row)) is not None]
    if not found:
        return None
    n = sum(count for count, _, _ in found)
    value = sum(count * best for count, best, _ in found) / n
    second = sum(count * other for count, _, other in found) / n
    sd = 1 / math.sqrt(n)
    source = "the unit whose gate comes second"
    return RobustRow("unit_invariants", alignment, tower, n, value, second, sd, None, None, 0.0, source, _tensors(rows))


def _tensors(rows: list[SignRow]) -> frozenset[str]:
    return frozenset(name for row in rows for name in row.candidate.tensors)


def _rank_correlations(row: SignRow) -> tuple[int, float, float] | None:
    """Return the number of units, and ρ over their traits with the partner and with the runner-up."""
    found = _two_partners(row)
    if found is None or row.candidate.traits is None or row.reference.traits is None or found[0].size <= FEWEST:
        return None
    units, matched, second = found
    ours = np.asarray(row.candidate.traits, np.float64)
    theirs = np.asarray(row.reference.traits, np.float64)
    left, best, other = (_standard_ranks(side) for side in (ours[units], theirs[matched], theirs[second]))
    return units.size, float(np.mean(left * best)), float(np.mean(left * other))


def _standard_ranks(traits: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks = rankdata(traits, axis=0)
    standard: Floats = (ranks - ranks.mean(axis=0)) / np.maximum(ranks.std(axis=0), 1e-9)
    return standard
