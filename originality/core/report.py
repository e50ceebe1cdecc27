"""The report document, schema originality-report/1: evidence with its nulls, coverage and limits. It never rules."""

from typing import Any

from originality.core.baselines import Baselines
from originality.core.blocks import PermutationRow, SignRow
from originality.core.compare import Findings, Side, depth_map
from originality.core.levels import (
    Adjusted,
    adjust,
    detectable_r2,
    level_of_equality,
    level_of_permutation,
    level_of_signs,
    thresholds,
)
from originality.core.metadata import compare_metadata
from originality.core.permutation import PermutationResult
from originality.core.scores import raw_scores, scored
from originality.core.signs import SignResult
from originality.core.sketch import ENGINE
from originality.core.summary import TensorSummary
from originality.core.tensors import TensorRow
from originality.core.units import UnitBlock
from portal.common.formats.canonical import digest_of

SCHEMA = "originality-report/1"
LIMITS = (
    "direction not determined: common origin is symmetric",
    "distillation, and reuse of data or of a recipe, leave no trace in weights",
    "a parent that is not in the registry cannot be found",
    "full disguise with random sign flips is outside the exact tests",
    "two models from one initial seed agree in their signs without any reuse; a step-0 checkpoint tells them apart",
)
Row = dict[str, Any]


def report(
    findings: Findings, *, baselines: Baselines, tests: int | None = None, public_since: str | None = None
) -> Row:
    """Put the findings in words; `tests` counts the tests over all references where there are several."""
    ours, theirs = findings.candidate.sketch, findings.reference.sketch
    tests = findings.tried if tests is None else tests
    modules = _modules(findings, tests=tests)
    values = raw_scores(ours, theirs, gains=findings.gains, rows=findings.tensors)
    coverage = _coverage(findings)
    return {
        "schema": SCHEMA,
        "engine": ENGINE,
        "candidate": _side(findings.candidate),
        "reference": _side(findings.reference) | {"public_since": public_since},
        "direction": "direction not determined",
        "plan_digest": plan_digest(findings),
        "tests_tried": tests,
        "coverage": coverage,
        "metadata": compare_metadata(ours, theirs),
        "modules": modules,
        "global": _global(findings, modules, tests=tests),
        "depth_map": depth_map(findings.blocks),
        "scores": scored(
            values, gains=findings.gains, rows=findings.tensors, coverage=_score_coverage(findings), baselines=baselines
        ),
        "not_made": findings.not_made,
        "limits": _limits(findings),
    }


def plan_digest(findings: Findings) -> str:
    """SHA-256 of the rules and shapes that fix which tests are made; thresholds stand in it as text."""
    theirs = findings.reference.sketch
    plan = {"schema": SCHEMA, "engine": ENGINE, "thresholds": thresholds(), "alignments": ["T1", "T2", "T3"]}
    shapes = sorted(str((summary.role, summary.shape)) for summary in findings.candidate.sketch.summaries.values())
    return digest_of(plan | {"k": theirs.k, "reference": theirs.digest, "shapes": shapes})


def _side(side: Side) -> Row:
    sketch = side.sketch
    excluded = [s for s in sketch.summaries.values() if s.excluded]
    return {
        "label": sketch.label,
        "digest": sketch.digest,
        "seen_as": "sketch" if side.source is None else "weights",
        "family": sketch.family,
        "roles_by_shape": sketch.by_shape,
        "parameters": sketch.parameters,
        "trained_parameters": sketch.compared,
        "excluded": [{"tensor": s.name, "reason": s.excluded, "elements": s.size} for s in excluded],
        "untrained_rows": sum(s.untrained_rows for s in sketch.summaries.values()),
    }


def _modules(findings: Findings, *, tests: int) -> list[Row]:
    rows = [_sign_row(row, tests=tests, k=findings.candidate.sketch.k) for row in findings.blocks.signs]
    rows += [_permutation_row(row, tests=tests) for row in findings.blocks.permutations]
    rows += [_tensor_row(row, tests=tests) for row in findings.tensors]
    if findings.embedding is not None:
        rows.append(_embedding_row(findings, findings.embedding, tests=tests))
    return rows


def _sign_row(row: SignRow, *, tests: int, k: int) -> Row:
    result = row.result
    return {
        "module": block_name(row.candidate),
        "role": row.candidate.kind,
        **place(row.candidate, row.reference),
        "candidate": list(row.candidate.tensors),
        "reference": list(row.reference.tensors),
        "reference_module": block_name(row.reference),
        "test": "signs",
        "alignment": row.alignment,
        **sign_figures(result, level_of_signs(result, tests=tests)),
        "detectable_r2": detectable_r2(n=result.n, k=k, tests=tests),
    }


def sign_figures(result: SignResult, adjusted: Adjusted) -> Row:
    return {
        "n": result.n,
        "z": result.z,
        "null_mean": 0.0,
        "null_sd": 1.0,
        "agreement": result.agreement,
        "log10_p": result.log10_p,
        "log10_p_adj": adjusted.log10_p_adj,
        "p": result.p,
        "p_adj": adjusted.p_adj,
        "log10_p_binomial": result.log10_p_binomial,
        "r2": result.r2,
        "control_z": result.control_z,
        "level": adjusted.level,
    }


def _permutation_figures(result: PermutationResult, adjusted: Adjusted) -> Row:
    return {
        "n": result.n,
        "z": result.z,
        "null_mean": 0.0,
        "null_sd": 1.0,
        "agreement": None,
        "log10_p": result.log10_p,
        "log10_p_adj": adjusted.log10_p_adj,
        "p": 10.0**result.log10_p,
        "p_adj": adjusted.p_adj,
        "r2": max(result.mean_cosine - result.null_mean, 0.0) ** 2,
        "mean_cosine": result.mean_cosine,
        "mean_cosine_null": result.null_mean,
        "mean_cosine_null_sd": result.null_sd,
        "level": adjusted.level,
    }


def _permutation_row(row: PermutationRow, *, tests: int) -> Row:
    return {
        "module": block_name(row.candidate),
        "role": "mlp",
        **place(row.candidate, row.reference),
        "candidate": list(row.candidate.tensors),
        "reference": list(row.reference.tensors),
        "reference_module": block_name(row.reference),
        "test": "unit permutation",
        "alignment": "T1",
        **_permutation_figures(row.result, level_of_permutation(row.result, tests=tests)),
    }


def _embedding_row(findings: Findings, result: PermutationResult, *, tests: int) -> Row:
    ours, theirs = findings.candidate.sketch, findings.reference.sketch
    return {
        "module": "embedding",
        "role": "embedding",
        **place(),
        "candidate": [name for name, s in ours.summaries.items() if s.role == "embedding"],
        "reference": [name for name, s in theirs.summaries.items() if s.role == "embedding"],
        "reference_module": "embedding",
        "test": "channel permutation",
        "alignment": "T1",
        **_permutation_figures(result, level_of_permutation(result, tests=tests)),
    }


def _tensor_row(row: TensorRow, *, tests: int) -> Row:
    """The module's name is the tensor's role and layer, whatever the team called it."""
    adjusted = level_of_equality(row.equality, tests=tests)
    return {
        "module": module_name(row),
        "role": row.candidate.role,
        **place(row.candidate, row.reference),
        "candidate": [row.candidate.name],
        "reference": [row.reference.name],
        "reference_module": row.reference.role,
        "test": "exact",
        "alignment": "T1",
        "n": row.equality.n,
        "z": None,
        "agreement": row.equality.fraction,
        "agreement_by_chance": row.equality.chance,
        "identical": row.identical,
        "sampled": row.sampled,
        "log10_p": row.equality.log10_p,
        "log10_p_adj": adjusted.log10_p_adj,
        "p": 10.0**row.equality.log10_p,
        "p_adj": adjusted.p_adj,
        "r2": row.variance.r2,
        "r2_by_chance": 1 / max(row.variance.n - 1, 1),
        "v": row.variance.v,
        "level": adjusted.level,
    }


def module_name(row: TensorRow) -> str:
    return place_name(row.candidate.role, row.candidate) + (f" ({row.candidate.part})" if row.candidate.part else "")


def block_name(block: UnitBlock) -> str:
    return place_name(block.kind.removeprefix("plain_"), block)


def place_name(what: str, at: UnitBlock | TensorSummary) -> str:
    """`vision mlp 3`, `mlp 12 expert 5`, `norm`: the language model is the tower without a name."""
    parts = [at.tower, what, str(at.layer) if at.layer >= 0 else "", f"expert {at.expert}" if at.expert else ""]
    return " ".join(part for part in parts if part)


def place(
    candidate: UnitBlock | TensorSummary | None = None, reference: UnitBlock | TensorSummary | None = None
) -> Row:
    """Where a module stands in both models; without one, outside of the layers of the language model."""
    return {
        "tower": candidate.tower if candidate else "",
        "layer": candidate.layer if candidate else -1,
        "expert": candidate.expert if candidate else "",
        "reference_layer": reference.layer if reference else -1,
        "reference_expert": reference.expert if reference else "",
    }


def _global(findings: Findings, modules: list[Row], *, tests: int) -> Row:
    pooled = {
        alignment: sign_figures(result, level_of_signs(result, tests=tests))
        for alignment, result in findings.blocks.pooled.items()
    }
    levels = [row["level"] for row in modules] + [figures["level"] for figures in pooled.values()]
    found = {name for row in modules if row["level"] >= 2 for name in row["candidate"]}
    sketch = findings.candidate.sketch
    share = sum(sketch.summaries[name].size for name in found) / max(sketch.parameters, 1)
    joint = findings.gains.joint if findings.gains else None
    return {
        "level": max(levels, default=0),
        "comparable": bool(modules),
        "pooled": pooled,
        "share_of_parameters_common_origin": share,
        "modules_at_level_2_or_more": sum(row["level"] >= 2 for row in modules),
        "norm_gains_joint_p_adj": 10 ** adjust(joint.log10_p, tests=tests) if joint else None,
    }


def _coverage(findings: Findings) -> dict[str, float]:
    """Share of the candidate's parameters that each kind of test saw."""
    sketch = findings.candidate.sketch
    signs = {name for row in findings.blocks.signs for name in row.candidate.tensors}
    exact = {row.candidate.name for row in findings.tensors}
    total = max(sketch.parameters, 1)

    def share(names: set[str]) -> float:
        return sum(sketch.summaries[name].size for name in names) / total

    return {
        "trained": sketch.compared / total,
        "signs": share(signs),
        "exact": share(exact),
        "any": share(signs | exact),
    }


def _score_coverage(findings: Findings) -> dict[str, float]:
    sketch = findings.candidate.sketch
    total = max(sketch.parameters, 1)
    norms = findings.gains.norms * next(iter(sketch.gains.values())).size / total if findings.gains else 0.0
    exact = sum(row.candidate.size for row in findings.tensors) / total
    return {"norm": norms, "norm_pearson": norms, "r2": exact, "equal": exact, "std_profile": exact}


def _limits(findings: Findings) -> list[str]:
    limits = list(LIMITS)
    if findings.candidate.sketch.by_shape:
        limits.append("the candidate's tensor roles were guessed from shapes and words in names")
    if findings.reference.sketch.by_shape:
        limits.append("the reference's tensor roles were guessed from shapes and words in names")
    if any(row.sampled for row in findings.tensors):
        limits.append("equality and variance were estimated on a public sample of each tensor")
    return limits
