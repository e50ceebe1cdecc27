"""Reads of runs, comparisons, references and nulls."""

from typing import NamedTuple

from django.db.models import QuerySet

from originality.core.baselines import Baselines, Null, digest_of_baselines, parse_baselines, shipped_baselines
from originality.core.outcome import OWN_LINEAGE
from originality.enums import Level, RunState
from originality.models import Baseline, CodeRun, Comparison, OriginalityRun, Reference, SketchPart, TraceRun
from portal.common.formats.canonical import digest_of
from portal.jobs.enums import JobState
from portal.jobs.selectors import explain, why_waiting

STATES = {
    JobState.QUEUED: RunState.WAITING,
    JobState.LEASED: RunState.RUNNING,
    JobState.RUNNING: RunState.RUNNING,
    JobState.SUCCEEDED: RunState.DONE,
    JobState.FAILED: RunState.FAILED,
    JobState.CANCELLED: RunState.CANCELLED,
}


def run_state(run: OriginalityRun | TraceRun | CodeRun) -> RunState:
    return STATES[JobState(run.job.state)] if run.job else RunState.WAITING


def waiting_line(run: OriginalityRun | TraceRun | CodeRun) -> str:
    """Say why there is no report yet, or why there will be none; empty once there is one."""
    if run.job is None or run_state(run) == RunState.DONE:
        return ""
    return why_waiting(run.job) or explain(run.job)


def comparisons_of(run: OriginalityRun) -> QuerySet[Comparison]:
    return run.comparisons.select_related("reference")


def highest_level(run: OriginalityRun) -> int | None:
    """Return the highest level over all references, or None while the run has no results."""
    return max((comparison.level for comparison in run.comparisons.all()), default=None)


def found_reuse(run: OriginalityRun) -> list[Comparison]:
    """Return the comparisons that show common origin with a model that is not the team's own earlier one."""
    rows = comparisons_of(run).filter(level__gte=Level.COMMON_ORIGIN)
    return list(rows.exclude(outcome=OWN_LINEAGE))


def undeclared_findings(run: OriginalityRun) -> list[Comparison]:
    """Return what was found and not declared: a contradiction that the panel hears of."""
    return [row for row in found_reuse(run) if not row.declared]


class DeclaredRow(NamedTuple):
    """A declared part beside the comparison with the reference it names; None: the registry holds no such reference."""

    part: str
    name: str
    origin: str
    training: str
    share: str
    own: bool
    comparison: Comparison | None


def declared_of(run: OriginalityRun) -> list[DeclaredRow]:
    """Return the declaration as the plan froze it, each row with what the test of its reference found."""
    found = {row.reference_id: row for row in comparisons_of(run)}
    return [
        DeclaredRow(
            row["part"],
            row["name"],
            row["origin"],
            row["training"],
            row["share"],
            row["own"],
            found.get(row["reference"]),
        )
        for row in run.plan.get("declared", [])
    ]


class PartState(NamedTuple):
    part: SketchPart
    state: RunState


def part_states(run: OriginalityRun) -> list[PartState]:
    """Return how far the parts of a large checkpoint are; empty when one job does it all."""
    parts = run.parts.select_related("job")
    return [PartState(part, STATES[JobState(part.job.state)] if part.job else RunState.WAITING) for part in parts]


def references() -> QuerySet[Reference]:
    return Reference.objects.select_related("descends_from", "sketch")


def registry_digest() -> str:
    """SHA-256 of which references there are, by content, and who is known to descend from whom."""
    rows = Reference.objects.order_by("digest").values_list("digest", "descends_from__digest")
    return digest_of([[digest, parent or ""] for digest, parent in rows])


def current_baselines() -> Baselines:
    """Return the nulls of the registry as it stands; where those that ship with the engine rest on more pairs, them."""
    return baselines_of(registry_digest())


def baselines_of(registry: str) -> Baselines:
    """Return the nulls of that state of the registry beside the shipped ones; of none, the shipped ones."""
    shipped = shipped_baselines()
    baseline = Baseline.objects.filter(registry_digest=registry).first()
    own = parse_baselines(baseline.document) if baseline else {}
    larger = {
        kind: null for kind, null in own.items() if kind not in shipped or _weight(null) >= _weight(shipped[kind])
    }
    return shipped | larger


def _weight(null: Null) -> tuple[int, bool]:
    return len(null.values), null.positive is not None


def planned_baselines() -> dict[str, str]:
    """Return what a plan keeps of the nulls: whose they are ("" where only the shipped ones are there), and their digest."""
    registry = registry_digest()
    held = registry if Baseline.objects.filter(registry_digest=registry).exists() else ""
    return {"registry": held, "sha256": digest_of_baselines(baselines_of(held))}


def null_for(kind: str) -> Null | None:
    """Return what unrelated models give for one kind of score: norm, norm_pearson, std_profile, r2, equal."""
    return current_baselines().get(kind)
