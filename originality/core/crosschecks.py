"""Cross-checks as published: φ_U and φ_MATCH of Zhu, Ahmed, Kuditipudi, Liang, "Independence Tests for Language Models"
(ICML 2025). They lead to no level here.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from originality.core.alignments import comparable, place_of
from originality.core.signs import mutual_nearest
from originality.core.sketch import Sketch
from originality.core.units import UnitBlock

LAYERS_SEEN = 12  # evenly over the depth
FEWEST = 8  # matched units that a rank correlation needs
LN10 = math.log(10)


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

    matched = mutual_nearest(a.reads, b.reads, blind=True)
    other = mutual_nearest(np.asarray(a.gate), np.asarray(b.gate)) if by_gates else np.arange(a.count)
    both = np.flatnonzero((matched >= 0) & (other >= 0))
    if both.size < FEWEST:
        return None
    result = spearmanr(matched[both], other[both], alternative="greater")
    rho = float(result.statistic)
    if not math.isfinite(rho):
        return None
    return rho, int(both.size), math.log(max(float(result.pvalue), 1e-300))


def _fisher(log_p: float, *, tests: int) -> float:
    """log10 of P(χ²_2m ≥ −2 Σ ln p) = e^−y Σ_{i<m} y^i / i! with y = −Σ ln p, which does not underflow."""
    y = max(-log_p, 1e-300)
    terms = [i * math.log(y) - math.lgamma(i + 1) for i in range(tests)]
    top = max(terms)
    return min(0.0, -y + top + math.log(sum(math.exp(term - top) for term in terms))) / LN10
