"""Findings on a training run: every check with its figure, expectation and ground, and the same as a document."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from originality import evidence, policies
from originality.evidence import findings
from originality.models import TraceRun
from originality.registry import place_of
from originality.selectors import run_state, waiting_line
from portal.common.access import ViewerRequest, access

MAKINGS_SHOWN = 20


@access(policies.sees_trace)
@require_safe
def trace(request: ViewerRequest, trace: UUID) -> HttpResponse:
    """Show the report as it stands; while it is made again, the earlier one stays."""
    run = get_object_or_404(TraceRun.objects.select_related("bundle", "job"), pk=trace)
    report = run.report or {}
    context = {
        "run": run,
        "place": place_of(request.viewer, run),
        "state": run_state(run),
        "waiting": waiting_line(run),
        "report": report,
        "rows": findings.finding_rows(report),
        "weighing": findings.weighing(report),
        "counts": findings.counts(report),
        "makings": run.reports.order_by("-number")[:MAKINGS_SHOWN],
    }
    return render(request, "originality/trace.html", context)


@access(policies.sees_trace)
@require_safe
def trace_file(request: ViewerRequest, trace: UUID) -> HttpResponse:
    """Hand over the report, byte for byte as it was stored, of schema originality-trace/2.

    It is written again from the row: who reads evidence, and when, is nothing that the list of reads may tell the team.
    """
    run = get_object_or_404(TraceRun.objects.exclude(report=None), pk=trace)
    headers = {"Content-Disposition": f'attachment; filename="trace-{str(trace)[:8]}.json"'}
    content = evidence.stored_text(run.report or {})
    return HttpResponse(content, content_type="application/json; charset=utf-8", headers=headers)
