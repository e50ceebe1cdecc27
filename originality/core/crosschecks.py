"""Cross-checks as published: φ_U and φ_MATCH of Zhu, Ahmed, Kuditipudi, Liang, "Independence Tests for Language Models"
(ICML 2025). They lead to no level here; φ_MATCH tells a common initial seed from common weights.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.alignments import comparable, place_of
from originality.core.blocks import run_block_tests
from originality.core.projection import Matrix
from originality.core.signs import mutual_nearest
from originality.core.sketch import Sketch
from originality.core.units import UnitBlock

LAYERS_SEEN = 12  # evenly over the depth
FEWEST = 8  # matched units that a rank correlation needs
LN10 = math.log(10)
Z_BOUND = 12.0
KEPT_ORDER = 0.9
LOST_ORDER = 0.5


class OrderCheck(NamedTuple):
    """Spearman's ρ per layer; log10_p is Fisher's over the layers for φ_U and None for φ_MATCH, whose null is not exact."""

    name: str
    layers: list[int]
    values: list[float]
    log10_p: float | None
    n: int

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    def as_json(self) -> dict[str, Any]:
        named = {"name": self.name, "layers": self.layers, "values": [round(v, 4) for v in self.values]}
        return named | {
            "mean": self.mean,
            "null_mean": 0.0,
            "null_sd": self.null_sd,
            "log10_p": self.log10_p,
            "n": self.n,
        }

    @property
    def null_sd(self) -> float:
        """Sd of the mean over layers when the units are in random order."""
        return 1 / math.sqrt(max(self.n - len(self.values), 1))


def order_checks(candidate: Sketch, reference: Sketch) -> list[OrderCheck]:
    """Return φ_U (does the match on up rows keep the order of the units?) and φ_MATCH (does it agree with the gates?)."""
    theirs = {place_of(block): block for block in reference.blocks}
    gated = [block for block in candidate.blocks if block.gate is not None and _partner(block, theirs) is not None]
    chosen = [
        gated[i] for i in np.unique(np.linspace(0, max(len(gated) - 1, 0), min(LAYERS_SEEN, len(gated))).astype(int))
    ]
    pairs = [(block, theirs[place_of(block)]) for block in chosen]
    found = [_check("φ_U", pairs, by_gates=False), _check("φ_MATCH", pairs, by_gates=True)]
    return [check for check in found if check is not None]


def _partner(block: UnitBlock, theirs: dict[Any, UnitBlock]) -> UnitBlock | None:
    other = theirs.get(place_of(block))
    return other if other is not None and other.gate is not None and comparable(block, other) else None


def _check(name: str, pairs: list[tuple[UnitBlock, UnitBlock]], *, by_gates: bool) -> OrderCheck | None:
    layers, values, total, logs = [], [], 0, 0.0
    for a, b in pairs:
        found = _order(a, b, by_gates=by_gates)
        if found is None:
            continue
        rho, n, log_p = found
        layers.append(a.layer)
        values.append(rho)
        total += n
        logs += log_p
    if not values:
        return None
    return OrderCheck(name, layers, values, None if by_gates else _fisher(logs, tests=len(values)), total)


def _order(a: UnitBlock, b: UnitBlock, *, by_gates: bool) -> tuple[float, int, float] | None:
    """Return ρ, the number of matched units and ln p of one layer; units matched on |⟨up, up⟩| keep a disguise of signs."""
    from scipy.stats import spearmanr

    matched = _nearest_blind(a.reads, b.reads)
    other = mutual_nearest(np.asarray(a.gate), np.asarray(b.gate)) if by_gates else np.arange(a.count)
    both = np.flatnonzero((matched >= 0) & (other >= 0))
    if both.size < FEWEST:
        return None
    result = spearmanr(matched[both], other[both], alternative="greater")
    rho = float(result.statistic)
    if not math.isfinite(rho):
        return None
    return rho, int(both.size), math.log(max(float(result.pvalue), 1e-300))


def _nearest_blind(a: Matrix, b: Matrix) -> NDArray[np.int64]:
    """Match rows on the size of their product, whatever its sign."""
    similar = np.abs(a @ b.T)
    best_of_a, best_of_b = similar.argmax(axis=1), similar.argmax(axis=0)
    return np.where(best_of_b[best_of_a] == np.arange(len(best_of_a)), best_of_a, -1)


def _fisher(log_p: float, *, tests: int) -> float:
    from scipy.stats import chi2

    return float(chi2.logsf(-2 * log_p, 2 * tests)) / LN10


def seed_confound(candidate: Sketch, reference: Sketch, step0: Sketch) -> dict[str, Any]:
    """Tell a common initial seed from common weights, with the step-0 checkpoint the candidate declares.

    Both of one seed: each carries the signs of step 0, but what each learnt on top has its own order of units, so
    φ_MATCH is high in few layers; a descendant keeps it in all.
    """
    ours, theirs = (run_block_tests(sketch, step0).pooled.get("T1") for sketch in (candidate, reference))
    checks = {check.name: check for check in order_checks(candidate, reference)}
    profile = checks.get("φ_MATCH")
    kept = sum(v >= KEPT_ORDER for v in profile.values) / len(profile.values) if profile else None
    bound = [result is not None and result.z >= Z_BOUND for result in (ours, theirs)]
    return {
        "z_candidate_step0": ours.z if ours else None,
        "z_reference_step0": theirs.z if theirs else None,
        "null_mean": 0.0,
        "null_sd": 1.0,
        "needed": Z_BOUND,
        "profile": profile.as_json() if profile else None,
        "layers_in_order": kept,
        "reading": _reading(bound, kept),
    }


def _reading(bound: list[bool], kept: float | None) -> str:
    if not bound[1]:
        return "the reference does not carry the signs of this step 0: a common seed does not explain the finding"
    if not bound[0]:
        return "the candidate does not carry the signs of its declared step 0"
    if kept is None:
        return "both carry the signs of this step 0; whether they share more cannot be told"
    if kept >= LOST_ORDER:
        return "both carry the signs of this step 0, and share more than the seed: the order of units is kept in most layers"
    return "both carry the signs of this step 0, and nothing more is shown: a common seed explains the finding"
