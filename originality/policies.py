"""Runs are opened by the apps that asked for them; each registers who may see its own (`originality.registry`)."""

from uuid import UUID

from originality.models import CodeRun, Comparison, OriginalityRun, TraceRun
from originality.registry import Run, is_open, may_correct
from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer


def sees_run(viewer: Viewer, report: UUID) -> Verdict:
    """Open a run to whom an app above opens it; to everybody else it does not exist."""
    return _opened(viewer, OriginalityRun.objects.filter(pk=report).first())


def sees_trace(viewer: Viewer, trace: UUID) -> Verdict:
    """Open a training run's pages as a report is opened."""
    return _opened(viewer, TraceRun.objects.filter(pk=trace).first())


def sees_code(viewer: Viewer, code: UUID) -> Verdict:
    """Open the comparison of a team's code as a report is opened."""
    return _opened(viewer, CodeRun.objects.filter(pk=code).first())


def sees_passage(viewer: Viewer, code: UUID, file: int, passage: int) -> Verdict:
    """Open one passage to whom its run is open; a number that is not in the report is hidden as an unknown run is."""
    verdict = sees_code(viewer, code)
    if not verdict.allowed:
        return verdict
    report = CodeRun.objects.values_list("report", flat=True).get(pk=code) or {"files": []}
    files = report["files"]
    return ALLOWED if file < len(files) and passage < len(files[file]["passages"]) else UNKNOWN


def corrects_names(viewer: Viewer, run: TraceRun) -> bool:
    """Whether the page of a run that is open to the viewer takes a correction now."""
    return not viewer.is_anonymous and may_correct(viewer, run)


def _opened(viewer: Viewer, run: Run | None) -> Verdict:
    if run is not None and is_open(viewer, run):
        return ALLOWED
    return Verdict(allowed=False) if viewer.is_anonymous else UNKNOWN


def sees_comparison(viewer: Viewer, report: UUID, reference: int) -> Verdict:
    """Open a comparison to whom its run is open; an unknown reference is hidden as an unknown run is."""
    verdict = sees_run(viewer, report)
    if verdict.allowed and not Comparison.objects.filter(run=report, reference=reference).exists():
        return UNKNOWN
    return verdict
