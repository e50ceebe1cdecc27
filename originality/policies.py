"""Runs are opened by the apps that asked for them; each registers who may see its own (`originality.registry`)."""

from uuid import UUID

from originality.models import Comparison, OriginalityRun
from originality.registry import is_open
from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer


def sees_run(viewer: Viewer, report: UUID) -> Verdict:
    """Open a run to whom an app above opens it; to everybody else it does not exist."""
    run = OriginalityRun.objects.filter(pk=report).first()
    if run is not None and is_open(viewer, run):
        return ALLOWED
    return Verdict(allowed=False) if viewer.is_anonymous else UNKNOWN


def sees_comparison(viewer: Viewer, report: UUID, reference: int) -> Verdict:
    """Open a comparison to whom its run is open; an unknown reference is hidden as an unknown run is."""
    verdict = sees_run(viewer, report)
    if verdict.allowed and not Comparison.objects.filter(run=report, reference=reference).exists():
        return UNKNOWN
    return verdict
