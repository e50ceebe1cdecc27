"""Rows of modules[]: one test of one place of the candidate against one of the reference, with level and null."""

from typing import Any

from originality.core.blocks import PermutationRow, SignRow
from originality.core.compare import Findings
from originality.core.exclusions import surely_trained
from originality.core.levels import (
    Adjusted,
    detectable_r2,
    level_of_equality,
    level_of_permutation,
    level_of_signs,
)
from originality.core.permutation import PermutationResult
from originality.core.signs import SignResult
from originality.core.summary import TensorSummary
from originality.core.tensors import TensorRow
from originality.core.units import UnitBlock

Row = dict[str, Any]


def module_rows(findings: Findings, *, tests: int) -> list[Row]:
    rows = [_sign_row(row, tests=tests) for row in findings.blocks.signs]
    rows += [_permutation_row(row, tests=tests) for row in findings.blocks.permutations]
    rows += [_tensor_row(row, tests=tests) for row in findings.tensors]
    if findings.embedding is not None:
        rows.append(_embedding_row(findings, findings.embedding, tests=tests))
    return rows


def _sign_row(row: SignRow, *, tests: int) -> Row:
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
        "detectable_r2": detectable_r2(n=result.n, k=row.candidate.reads.shape[1], tests=tests),
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
    trained = surely_trained(row.candidate.role) and surely_trained(row.reference.role)
    highest = 3 if trained else int(row.identical)  # elsewhere only a whole tensor of equal values is an anomaly
    adjusted = level_of_equality(row.equality, tests=tests, highest=highest)
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
