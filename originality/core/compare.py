"""One candidate against one reference, each a folder or a sketch: the whole battery, in the order of the report."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from originality.core.baselines import Baselines, shipped_baselines
from originality.core.blocks import BlockTests, add_turned, both_guessed, run_block_tests
from originality.core.crosschecks import order_checks
from originality.core.disguise import Tell, tells
from originality.core.embeddings import embedding_test
from originality.core.errors import InputError
from originality.core.gains import GainResult
from originality.core.localise import depth_maps, expert_maps, layer_map
from originality.core.permutation import PermutationResult
from originality.core.readers import Source, open_folder
from originality.core.robust import RobustRow, robust_rows
from originality.core.scores import matched_gains
from originality.core.seeds import seed_confound
from originality.core.sketch import STORED_K, Progress, Sketch, build_sketch, full_width, silent
from originality.core.sketchfile import load_sketch
from originality.core.tensors import TensorRow, full_rows, pair_tensors, sampled_row


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
    robust: list[RobustRow]
    tells: list[Tell]
    crosschecks: list[dict[str, Any]]
    common_seed: dict[str, Any] | None = None


def open_sides(candidate: Path, reference: Path, *, progress: Progress = silent) -> tuple[Side, Side]:
    """Sketch what is a folder, wide when both are folders and as wide as the stored sketch otherwise."""
    widths = {load_sketch(path).k for path in (candidate, reference) if path.is_file()}
    if len(widths) > 1:
        raise InputError(f"the sketches have widths {sorted(widths)}; make both with the same engine")
    k = widths.pop() if widths else full_width(open_folder(candidate), open_folder(reference))
    return open_side(candidate, k=k, progress=progress), open_side(reference, k=k, progress=progress)


def open_side(path: Path, *, k: int = STORED_K, progress: Progress = silent) -> Side:
    if path.is_file():
        sketch = load_sketch(path)
        if not sketch.whole:
            raise InputError(f"{path}: the sketch is of a part of a model; put the parts together first")
        return Side(sketch, None)
    source = open_folder(path)
    return Side(build_sketch(source, k=k, progress=progress), source)


def examine(candidate: Side, reference: Side, *, step0: Sketch | None = None, progress: Progress = silent) -> Findings:
    """Run every test that can be made and note the ones that cannot; step0 is the candidate's declared beginning."""
    ours, theirs = candidate.sketch, reference.sketch
    blocks = run_block_tests(ours, theirs)
    not_made = add_turned(blocks, ours, theirs)
    if guessed := both_guessed(ours, theirs):
        not_made.append(guessed)
    if not blocks.signs:
        not_made.append("sign test: no block of the two models has units of the same shape")
    embedding, why = embedding_test(ours, theirs)
    if embedding is None:
        not_made.append(f"embedding by channel: {why}")
    gains, why_gains = matched_gains(ours, theirs)
    joint = gains if not why_gains else None
    if why_gains:
        not_made.append(f"joint test of norm gains: {why_gains}")
    pairs = pair_tensors(ours, theirs, layer=layer_map(blocks))
    if not pairs:
        not_made.append("exact equality and variance: no tensor of equal role and shape")
    rows = _tensor_rows(candidate, reference, pairs, progress=progress)
    robust = robust_rows(blocks, ours, theirs)
    tried = blocks.tried + blocks.pools + len(rows) + (embedding is not None) + (joint is not None)
    tried += sum(row.log10_p is not None for row in robust)
    return Findings(
        candidate=candidate,
        reference=reference,
        blocks=blocks,
        tensors=rows,
        embedding=embedding,
        gains=gains,
        not_made=not_made,
        tried=max(tried, 1),
        robust=robust,
        tells=tells(ours, theirs),
        crosschecks=[check.as_json() for check in order_checks(ours, theirs)],
        common_seed=None if step0 is None else seed_confound(ours, theirs, step0),
    )


def _tensor_rows(
    candidate: Side, reference: Side, pairs: list[tuple[str, str]], *, progress: Progress
) -> list[TensorRow]:
    ours, theirs = candidate.sketch, reference.sketch
    if candidate.source is None or reference.source is None:
        return [sampled_row(ours, theirs, pair) for pair in pairs]
    return full_rows(ours, theirs, pairs, sources=(candidate.source, reference.source), progress=progress)


def depth_map(blocks: BlockTests) -> dict[str, Any]:
    """Return {"towers": {tower: {"candidate_layers", "reference_layers", "z", "path"}}}."""
    return depth_maps(blocks)


def expert_map(blocks: BlockTests, *, tests: int) -> dict[str, Any]:
    """Return {"tower/layer": {"pairs": [[candidate expert, reference expert, z, log10_p_adj]]}}."""
    return expert_maps(blocks, tests_tried=tests)


def compare_paths(
    candidate: Path, reference: Path, *, baselines: Baselines | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Compare two folders or sketches and return the report document."""
    from originality.core.report import report

    ours, theirs = open_sides(candidate, reference, progress=progress)
    findings = examine(ours, theirs, progress=progress)
    return report(findings, baselines=shipped_baselines() if baselines is None else baselines)
