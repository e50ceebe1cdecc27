"""The front page: what the programme is doing now, and the latest result."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.common.access import access, anyone
from portal.results.presentation.demonstration import demonstration
from portal.results.presentation.pages import round_context
from portal.results.presentation.stages import next_date, round_line
from portal.results.selectors.releases import latest_release, phase_in_progress


@access(anyone)
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    phase = phase_in_progress()
    latest = latest_release(at=now)
    context = {
        "phase": phase,
        "line": round_line(phase, at=now) if phase else None,
        "next_date": next_date(phase, at=now) if phase else None,
        "latest": round_context(latest) if latest else None,
        "demonstration": demonstration(),
    }
    template = "results/components/demonstration.html" if getattr(request, "htmx", False) else "results/home.html"
    return render(request, template, context)
