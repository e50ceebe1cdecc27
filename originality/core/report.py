"""The report document, schema originality-report/2: evidence with its nulls, coverage and limits. It never rules."""

from collections.abc import Iterable, Sequence
from typing import Any

from originality.core.baselines import Baselines
from originality.core.compare import Findings, Side, depth_map, expert_map
from originality.core.coverage import parameters_in
from originality.core.levels import adjust, detectable_r2, level_of_signs, thresholds
from originality.core.metadata import compare_metadata
from originality.core.modulerows import Row, module_rows, sign_figures
from originality.core.outcome import Circumstances, declared_lineage, outcome, why_not_comparable
from originality.core.quantised import CODES as EIGHT_BIT
from originality.core.robust import robust_documents
from originality.core.scores import raw_scores, scored
from originality.core.sketch import ENGINE, Sketch
from originality.core.typescores import scored_types, type_scores
from portal.common.formats.canonical import digest_of

SCHEMA = "originality-report/2"
LIMITS = (
    "direction not determined: common origin is symmetric",
    "distillation, and reuse of data or of a recipe, leave no trace in weights",
    "a parent that is not in the registry cannot be found",
    "full disguise with random sign flips is outside the exact tests",
    "two models from one initial seed agree in their signs without any reuse; a step-0 checkpoint tells them apart",
)


def report(
    findings: Findings,
    *,
    baselines: Baselines,
    tests: int | None = None,
    public_since: str | None = None,
    earliest_deposit: str | None = None,
    lineage: str | None = None,
    peers: Sequence[dict[str, Any]] = (),
    plan: str | None = None,
) -> Row:
    """Put the findings in words; `tests` counts the tests over all references where there are several.

    The dates are ISO text and are only passed on; `lineage` is the team's declaration that the reference is its own;
    `peers` are the configs of all references, which say how common a dimension is; `plan` is the digest of a plan that
    was frozen before any weight was read, where there is one.
    """
    ours, theirs = findings.candidate.sketch, findings.reference.sketch
    tests = findings.tried if tests is None else tests
    known = Circumstances(public_since, earliest_deposit, lineage)
    modules = module_rows(findings, tests=tests)
    coverage = _coverage(findings)
    scores = _scores(findings, tests=tests, baselines=baselines)
    levels = [row["level"] for row in [*modules, *scores] if "level" in row]
    overall = _global(findings, modules, levels=levels, tests=tests, coverage=coverage["any"], lineage=lineage)
    return {
        "schema": SCHEMA,
        "engine": ENGINE,
        "candidate": _side(findings.candidate),
        "reference": _side(findings.reference) | {"public_since": public_since},
        "direction": known.direction(),
        "lineage": declared_lineage(lineage, level=overall["level"]),
        "plan_digest": plan or plan_digest(findings),
        "tests_tried": tests,
        "coverage": coverage,
        "metadata": compare_metadata(ours, theirs, baselines=baselines, peers=peers),
        "modules": modules,
        "global": overall,
        "depth_map": depth_map(findings.blocks),
        "expert_map": expert_map(findings.blocks, tests=tests),
        "scores": scores,
        "disguise": [tell._asdict() for tell in findings.tells],
        "crosschecks": findings.crosschecks,
        "common_seed": findings.common_seed,
        "not_made": findings.not_made,
        "limits": _limits(findings),
    }


def _scores(findings: Findings, *, tests: int, baselines: Baselines) -> list[Row]:
    """Figures that lead to no level, and the scores that survive a disguise, which lead to level 1 at most."""
    ours, theirs = findings.candidate.sketch, findings.reference.sketch
    values = raw_scores(ours, theirs, gains=findings.gains, rows=findings.tensors)
    coverage = _score_coverage(findings)
    rows = scored(values, gains=findings.gains, rows=findings.tensors, coverage=coverage, baselines=baselines)
    rows += scored_types(type_scores(ours, theirs), baselines=baselines)

    def share(names: Iterable[str]) -> float:
        return parameters_in(ours, set(names)) / max(ours.parameters, 1)

    return rows + robust_documents(findings.robust, tests=tests, baselines=baselines, coverage=share)


def plan_digest(findings: Findings) -> str:
    """SHA-256 of the rules and shapes that fix which tests are made; thresholds stand in it as text."""
    theirs = findings.reference.sketch
    plan = {"schema": SCHEMA, "engine": ENGINE, "thresholds": thresholds(), "alignments": ["T1", "T2", "T3", "T4"]}
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


def _global(
    findings: Findings, modules: list[Row], *, levels: list[int], tests: int, coverage: float, lineage: str | None
) -> Row:
    widths = [row.candidate.reads.shape[1] for row in findings.blocks.signs]
    pooled = {
        alignment: sign_figures(result, level_of_signs(result, tests=tests))
        | {"detectable_r2": detectable_r2(n=result.n, k=min(widths, default=1), tests=tests)}
        for alignment, result in findings.blocks.pooled.items()
    }
    found = {name for row in modules if row["level"] >= 2 for name in row["candidate"]}
    sketch = findings.candidate.sketch
    share = parameters_in(sketch, found) / max(sketch.parameters, 1)
    joint = findings.gains.joint if findings.gains else None
    level = max([*levels, *(figures["level"] for figures in pooled.values())], default=0)
    not_comparable = why_not_comparable(level=level, tests_made=len(modules), coverage=coverage)
    return {
        "level": level,
        "outcome": outcome(level=level, not_comparable=not_comparable, lineage=lineage),
        "comparable": not not_comparable,
        "not_comparable": not_comparable,
        "pooled": pooled,
        "detectable_r2": _detectable(modules),
        "share_of_parameters_common_origin": share,
        "modules_at_level_2_or_more": sum(row["level"] >= 2 for row in modules),
        "norm_gains_joint_p_adj": 10 ** adjust(joint.log10_p, tests=tests) if joint else None,
    }


def _detectable(modules: list[Row]) -> Row | None:
    """The smallest effect that would have been called common origin: where most is seen, and where least."""
    limits = [row["detectable_r2"] for row in modules if "detectable_r2" in row]
    return {"finest": min(limits), "coarsest": max(limits)} if limits else None


def _coverage(findings: Findings) -> dict[str, float]:
    """Share of the candidate's parameters that each kind of test saw."""
    sketch = findings.candidate.sketch
    signs = {name for row in findings.blocks.signs for name in row.candidate.tensors}
    units = {name for row in findings.blocks.permutations for name in row.candidate.tensors}
    if findings.embedding is not None:
        units |= {name for name, summary in sketch.summaries.items() if summary.role == "embedding"}
    exact = {row.candidate.name for row in findings.tensors}
    total = max(sketch.parameters, 1)

    def share(names: set[str]) -> float:
        return parameters_in(sketch, names) / total

    return {
        "trained": sketch.compared / total,
        "signs": share(signs),
        "permutations": share(units),
        "exact": share(exact),
        "any": share(signs | units | exact),
    }


def _score_coverage(findings: Findings) -> dict[str, float]:
    sketch = findings.candidate.sketch
    total = max(sketch.parameters, 1)
    norms = findings.gains.norms * next(iter(sketch.gains.values())).size / total if findings.gains else 0.0
    exact = sum(row.candidate.size for row in findings.tensors) / total
    return {"norm": norms, "norm_pearson": norms, "r2": exact, "equal": exact, "std_profile": exact}


def _rescaled(sketch: Sketch) -> bool:
    return any(sketch.summaries[name].dtype in EIGHT_BIT for name in sketch.samples)


def _limits(findings: Findings) -> list[str]:
    limits = list(LIMITS)
    if findings.candidate.sketch.by_shape:
        limits.append("the candidate's tensor roles were guessed from shapes and words in names")
    if findings.reference.sketch.by_shape:
        limits.append("the reference's tensor roles were guessed from shapes and words in names")
    if any(row.sampled for row in findings.tensors):
        limits.append("equality and variance were estimated on a public sample of each tensor")
    if any(sketch.config.get("unread") for sketch in (findings.candidate.sketch, findings.reference.sketch)):
        limits.append("pickles stand beside the weights and were not read")
    if any(_rescaled(sketch) for sketch in (findings.candidate.sketch, findings.reference.sketch)):
        limits.append("eight-bit weights were read as code times scale")
    return limits
