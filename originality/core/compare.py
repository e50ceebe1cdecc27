"""One candidate against one reference, each a folder or a sketch: the whole battery, in the order of the report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from originality.core.baselines import Baselines, shipped_baselines
from originality.core.blocks import BlockTests, run_block_tests
from originality.core.embeddings import embedding_test, rotation
from originality.core.errors import InputError
from originality.core.gains import GainResult
from originality.core.levels import R2_COMMON
from originality.core.permutation import PermutationResult
from originality.core.readers import Source, open_folder
from originality.core.roles import Role, assign_roles
from originality.core.scores import matched_gains
from originality.core.sketch import FULL_K, STORED_K, Progress, Sketch, build_sketch, silent
from originality.core.sketchfile import load_sketch
from originality.core.tensors import TensorRow, full_row, pair_tensors, sampled_row
from originality.core.units import UnitBlock, unit_blocks

Z_OF_A_MAP = 6.0
Z_DECIDED = 12.0


@dataclass(frozen=True)
class Side:
    """A model to compare; source is None when only its sketch is at hand."""

    sketch: Sketch
    source: Source | None


@dataclass(frozen=True)
class Findings:
    """Figures before levels and words; `tried` counts every test for the correction."""

    candidate: Side
    reference: Side
    blocks: BlockTests
    tensors: list[TensorRow]
    embedding: PermutationResult | None
    gains: GainResult | None
    not_made: list[str]
    tried: int


def open_sides(candidate: Path, reference: Path, *, progress: Progress = silent) -> tuple[Side, Side]:
    """Sketch what is a folder, wide when both are folders and as wide as the stored sketch otherwise."""
    widths = {load_sketch(path).k for path in (candidate, reference) if path.is_file()}
    if len(widths) > 1:
        raise InputError(f"the sketches have widths {sorted(widths)}; make both with the same engine")
    k = widths.pop() if widths else FULL_K
    return open_side(candidate, k=k, progress=progress), open_side(reference, k=k, progress=progress)


def open_side(path: Path, *, k: int = STORED_K, progress: Progress = silent) -> Side:
    if path.is_file():
        return Side(load_sketch(path), None)
    source = open_folder(path)
    return Side(build_sketch(source, k=k, progress=progress), source)


def examine(candidate: Side, reference: Side, *, progress: Progress = silent) -> Findings:
    """Run every test that can be made and note the ones that cannot."""
    ours, theirs = candidate.sketch, reference.sketch
    blocks = run_block_tests(ours, theirs)
    not_made = _anchored(blocks, candidate, reference)
    if not blocks.signs:
        not_made.append("sign test: no block of the two models has units of the same shape")
    embedding, why = embedding_test(ours, theirs)
    if embedding is None:
        not_made.append(f"embedding by channel: {why}")
    gains, why_gains = matched_gains(ours, theirs)
    joint = gains if not why_gains else None
    if why_gains:
        not_made.append(f"joint test of norm gains: {why_gains}")
    pairs = pair_tensors(ours, theirs, layer=layer_map(blocks, ours))
    if not pairs:
        not_made.append("exact equality and variance: no tensor of equal role and shape")
    rows = [
        _tensor_row(candidate, reference, pair, at=(index, len(pairs)), progress=progress)
        for index, pair in enumerate(pairs)
    ]
    tried = blocks.tried + len(blocks.pooled) + len(rows) + (embedding is not None) + (joint is not None)
    return Findings(candidate, reference, blocks, rows, embedding, gains, not_made, max(tried, 1))


def _tensor_row(
    candidate: Side, reference: Side, pair: tuple[str, str], *, at: tuple[int, int], progress: Progress
) -> TensorRow:
    progress(at[0] + 1, at[1], pair[0])
    if candidate.source is None or reference.source is None:
        return sampled_row(candidate.sketch, reference.sketch, pair)
    a, b = candidate.sketch.summaries[pair[0]], reference.sketch.summaries[pair[1]]
    return full_row(a, b, candidate=candidate.source, reference=reference.source)


def _anchored(blocks: BlockTests, candidate: Side, reference: Side) -> list[str]:
    """Add T3 where T1 and T2 leave the question open, or return why it was not made."""
    if any(result.z > Z_DECIDED and result.r2 >= R2_COMMON for result in blocks.pooled.values()):
        return ["alignment T3: not needed, T1 or T2 already finds common origin"]
    carried, why = _carried(candidate, reference)
    if carried:
        blocks.add(carried, reference.sketch)
    return why


def _carried(candidate: Side, reference: Side) -> tuple[list[UnitBlock] | None, list[str]]:
    """Return the candidate's gated blocks in the reference's channels (T3), which needs its weights and shared strings."""
    if candidate.source is None:
        return None, ["alignment T3: needs the candidate's weights, only its sketch is at hand"]
    basis = rotation(candidate.sketch, reference.sketch)
    if basis is None:
        return None, ["alignment T3: too few shared strings with embeddings on both sides"]
    roles = assign_roles(candidate.source.tensors)
    gated = roles.only({Role.GATE, Role.UP, Role.DOWN, Role.NORM})
    return unit_blocks(candidate.source, roles=gated, k=candidate.sketch.k, basis=basis), []


def layer_map(blocks: BlockTests, candidate: Sketch) -> Callable[[int], int]:
    """Map a candidate's layer to the reference's: where signs or gates point to one, that one, else the same number."""
    found: dict[int, tuple[float, int]] = {}
    for row in blocks.signs:
        z = row.result.z
        if z > max(Z_OF_A_MAP, found.get(row.candidate.layer, (0.0, 0))[0]):
            found[row.candidate.layer] = (z, row.reference.layer)
    return lambda layer: found[layer][1] if layer in found else layer


def depth_map(blocks: BlockTests) -> list[list[float | None]]:
    """Return the T1 z of every candidate layer against every reference layer, None where shapes differ."""
    return [[None if np.isnan(z) else round(float(z), 2) for z in row] for row in blocks.z_by_layer]


def compare_paths(
    candidate: Path, reference: Path, *, baselines: Baselines | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Compare two folders or sketches and return the report document."""
    from originality.core.report import report

    ours, theirs = open_sides(candidate, reference, progress=progress)
    findings = examine(ours, theirs, progress=progress)
    return report(findings, baselines=shipped_baselines() if baselines is None else baselines)
