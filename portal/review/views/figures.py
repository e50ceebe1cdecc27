"""What stands behind the figures: the weight sensitivity of a final phase, and the trace of one entry."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.common.access import ViewerRequest, access
from portal.consortia.models import Entry
from portal.review.policies import figures
from portal.review.selectors.sensitivity import sensitivity_page
from portal.review.selectors.trace import trace_of
from portal.review.views.ops_phase import get_phase


@access(figures.sees_sensitivity)
def sensitivity(request: ViewerRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    own = figures.own_codes(request.viewer, phase)
    return render(request, "review/sensitivity.html", {"phase": phase, **sensitivity_page(phase, own=own)})


@access(figures.sees_trace)
def trace(request: ViewerRequest, entry_id: int) -> HttpResponse:
    """Staff go on from here to sheets, minutes and rulings; the team sees how many sheets there were."""
    rows = Entry.objects.select_related("phase__programme", "phase__ruleset", "consortium")
    entry = get_object_or_404(rows, pk=entry_id)
    behind = figures.sees_sheets_behind(request.viewer, entry)
    context = {
        "entry": entry,
        "phase": entry.phase,
        "staff": request.viewer.has_role("officer", "decider", "auditor") and behind,
        **trace_of(entry, with_sheets=behind),
    }
    return render(request, "review/trace.html", context)
