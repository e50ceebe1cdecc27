"""Single similarity figures. None is ever given without what unrelated models give; none of these leads to a level."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from originality.core.baselines import Baselines, Null, among
from originality.core.gains import GainResult, compare_gains, cosine
from originality.core.robust import RobustRow, raw_robust
from originality.core.sketch import Sketch
from originality.core.tensors import TensorRow

KINDS = {
    "norm": "norm_gain_cosine",
    "norm_pearson": "norm_gain_pearson",
    "std_profile": "layer_sd_profile_correlation",
    "r2": "variance_explained",
    "equal": "equal_element_fraction_bf16",
}


def matched_gains(candidate: Sketch, reference: Sketch) -> tuple[GainResult | None, str]:
    """Compare the norms of equal place; models of unequal width are cut to the common channels, and it is said."""
    shared = sorted(set(candidate.gains) & set(reference.gains))
    places = [place for place in shared if place[0] == shared[0][0]]  # one tower: the language model if there is one
    if not places:
        return None, "no norm has a counterpart"
    width = min(*(candidate.gains[place].size for place in places), *(reference.gains[place].size for place in places))
    ours = np.stack([candidate.gains[place][:width] for place in places])
    theirs = np.stack([reference.gains[place][:width] for place in places])
    unequal = candidate.gains[places[0]].size != reference.gains[places[0]].size
    return compare_gains(ours, theirs), "the widths differ" if unequal else ""


def raw_scores(
    candidate: Sketch,
    reference: Sketch,
    *,
    gains: GainResult | None,
    rows: list[TensorRow],
    robust: Sequence[RobustRow] = (),
) -> dict[str, float]:
    """Return the bare values, for building nulls from unrelated pairs; reports use `scored` and `robust_documents`."""
    values: dict[str, float] = raw_robust(list(robust))
    if gains:
        values |= {"norm": gains.cosine, "norm_pearson": gains.pearson}
    if (profile := _profile_correlation(candidate, reference)) is not None:
        values["std_profile"] = profile
    weights = [row.variance.n for row in rows if len(row.candidate.shape) == 2]
    if sum(weights):
        matrices = [row for row in rows if len(row.candidate.shape) == 2]
        values["r2"] = float(np.average([row.variance.r2 for row in matrices], weights=weights))
        values["equal"] = float(np.average([row.rounded for row in matrices], weights=weights))
    return values


def scored(
    values: dict[str, float],
    *,
    gains: GainResult | None,
    rows: list[TensorRow],
    coverage: dict[str, float],
    baselines: Baselines,
) -> list[dict[str, Any]]:
    """Set each value beside its null, its percentile among unrelated pairs, and a pair of known descent."""
    own = _own_nulls(gains, rows)
    result = []
    for kind, value in values.items():
        if kind not in KINDS:
            continue
        registry = baselines.get(kind)
        if kind in own or (registry and registry.values):  # no figure without its null
            mean, sd, source = own.get(kind) or _registry_null(registry)
            item = {"name": KINDS[kind], "kind": kind, "value": value, "coverage": coverage.get(kind, 0.0)}
            item |= {"null_mean": mean, "null_sd": sd, "null_source": source}
            result.append(item | among(registry, value) | _joint(kind, gains))
    return result


def _registry_null(null: Null | None) -> tuple[float, float, str]:
    if null is None:
        raise ValueError("a score needs a null")
    return null.mean, null.sd, "unrelated pairs of the registry"


def _own_nulls(gains: GainResult | None, rows: list[TensorRow]) -> dict[str, tuple[float, float, str]]:
    """Nulls that follow from the two models alone: random channel order, chance equality, no correlation."""
    nulls: dict[str, tuple[float, float, str]] = {}
    if gains:
        nulls["norm"] = (gains.null_mean, gains.null_sd, "the same gains in random channel order")
        nulls["norm_pearson"] = (0.0, gains.pearson_null_sd, "the same gains in random channel order")
    matrices = [row for row in rows if len(row.candidate.shape) == 2]
    total = sum(row.equality.n for row in matrices)
    if total:
        chance = sum(row.equality.chance * row.equality.n for row in matrices) / total
        nulls["equal"] = (chance, float(np.sqrt(chance * (1 - chance) / total)), "Σ p_A(v)·p_B(v) of the histograms")
        nulls["r2"] = (len(matrices) / total, float(np.sqrt(2 * len(matrices)) / total), "no correlation")
    return nulls


def _joint(kind: str, gains: GainResult | None) -> dict[str, Any]:
    if kind != "norm" or gains is None:
        return {}
    joint = gains.joint
    return {"pearson": gains.pearson, "joint_permutation_p": joint.monte_carlo_p, "joint_permutation_z": joint.z}


def _profile_correlation(candidate: Sketch, reference: Sketch) -> float | None:
    """Correlation of per-layer standard deviations over matched places: description only, recipes alone reach 0.9."""
    ours, theirs = _profile(candidate), _profile(reference)
    places = sorted(set(ours) & set(theirs))
    if len(places) < 8:
        return None
    a, b = np.array([ours[place] for place in places]), np.array([theirs[place] for place in places])
    return cosine((a - a.mean()).astype(np.float32), (b - b.mean()).astype(np.float32))


def _profile(sketch: Sketch) -> dict[tuple[str, int], float]:
    return {
        (summary.role, summary.layer): summary.sd
        for name in sketch.samples
        if len((summary := sketch.summaries[name]).shape) == 2 and summary.layer >= 0 and summary.role != "other"
    }
