"""All checks of a training run in one document: findings, what is missing, and what the logs held."""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np

from originality.core.trace.checks import LOG_CHECKS, ReferenceCurve, commitments, loss_rate, shipped_curves
from originality.core.trace.facts import Facts
from originality.core.trace.finding import Finding, Outcome
from originality.core.trace.measures import Measures
from originality.core.trace.missing import missing_evidence
from originality.core.trace.model import QUANTITIES, Logs, Series
from originality.core.trace.prefixes import LogPrefix
from originality.core.trace.weightchecks import WEIGHT_CHECKS

SCHEMA = "originality-trace/2"
POINTS_SHOWN = 300
FAULTS_SHOWN = 200
ORDER = (
    "commitments",
    "chain",
    "step-0 law",
    "seed binding",
    "references",
    "chain signs",
    "step bound",
    "drift",
    "recomputed loss",
    "benchmark trajectory",
)
LIMITS = (
    "a body reused under new embeddings also starts at ln V: the weights decide, not the curve",
    "logs are what the team handed in; digests deposited during training bind them in time",
    "what is not shown is neither passed nor failed: the evidence for it is missing",
)
Document = dict[str, Any]


def trace_report(
    logs: Logs,
    facts: Facts,
    measures: Measures,
    *,
    prefixes: Sequence[LogPrefix] | None = None,
    curves: Sequence[ReferenceCurve] | None = None,
    problems: Sequence[Mapping[str, Any]] = (),
    plan_digest: str = "",
) -> Document:
    """Make every check and put the answers together; `problems` are measurements that could not be made, with their cause.

    `curves` are runs from nothing to compare the loss with, None for those that come with the engine.
    """
    findings = ordered(
        [
            *(_made(check, logs, facts, measures) for check in (*WEIGHT_CHECKS, *LOG_CHECKS)),
            loss_rate(logs, facts, curves=shipped_curves() if curves is None else curves),
            commitments(logs, facts, prefixes=prefixes),
        ]
    )
    return {
        "schema": SCHEMA,
        "plan_digest": plan_digest,
        "level": max(finding.level for finding in findings),
        "summary": {outcome.value: sum(row.outcome == outcome for row in findings) for outcome in Outcome},
        "findings": [finding_document(finding) for finding in findings],
        "missing": missing_evidence(logs, facts, measures),
        "problems": [dict(problem) for problem in problems],
        "files": list(logs.files),
        "ignored": list(logs.ignored),
        "tags": dict(logs.tags),
        "faults": [fault._asdict() for fault in logs.faults[:FAULTS_SHOWN]],
        "faults_total": logs.faults_total,
        "notes": [note._asdict() for note in logs.notes[:FAULTS_SHOWN]],
        "segments": [segment._asdict() for segment in logs.segments[:FAULTS_SHOWN]],
        "seams": {name: [seam._asdict() for seam in rows[:FAULTS_SHOWN]] for name, rows in logs.seams.items()},
        "steps": {name: _extent(logs.series.get(name)) for name in QUANTITIES},
        "curves": {name: thinned(series) for name, series in logs.series.items()},
        "limits": list(LIMITS),
    }


def _made(check: Callable[[Logs, Facts, Measures], Finding], logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """Make one check without the warnings of numpy about values that it looks at on purpose."""
    with np.errstate(all="ignore"):
        return check(logs, facts, measures)


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Return what was deposited and what weights say first, then the logs; the same order in every report."""
    places = {name: place for place, name in enumerate(ORDER)}
    return sorted(findings, key=lambda finding: places.get(finding.check, len(ORDER)))


def finding_document(finding: Finding) -> Document:
    return {
        "check": finding.check,
        "outcome": finding.outcome.value,
        "level": finding.level,
        "figure": plain(finding.figure),
        "expected": plain(finding.expected),
        "reason": finding.reason,
        "ground": finding.ground,
        "data": list(finding.data),
        "preconditions": [row._asdict() for row in finding.preconditions],
        "spans": [span._asdict() for span in finding.spans],
    }


def plain(value: Any) -> Any:
    """Return numbers as JSON has them: what is not finite becomes null, numbers of numpy their own kind."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, StrEnum):
        return value.value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _extent(series: Series | None) -> dict[str, int] | None:
    if series is None or not len(series):
        return None
    return {"first": int(series.step[0]), "last": int(series.step[-1]), "points": len(series)}


def thinned(series: Series) -> list[list[float]]:
    """Return at most 300 [step, value] pairs, first and last among them; numbers that are not finite are left out."""
    good = np.flatnonzero(np.isfinite(series.value))
    if len(good) > POINTS_SHOWN:
        good = good[np.linspace(0, len(good) - 1, POINTS_SHOWN).round().astype(int)]
    return [[int(series.step[place]), float(series.value[place])] for place in good]
