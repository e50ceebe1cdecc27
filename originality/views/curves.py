"""Curves of training logs: a page that works without script, the points of a window for the chart, and all of them as CSV."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from originality import curves as drawn
from originality import policies
from originality.core.trace.seriesfile import SeriesFile
from originality.curves.forms import WindowForm
from originality.curves.words import TOGETHER, quantity_name
from originality.models import TraceRun
from originality.registry import place_of
from originality.selectors import run_state, waiting_line
from portal.common.access import ViewerRequest, access
from portal.common.spreadsheets import CSV

DRAWN_POINTS = 700  # of the drawing without script: one per pixel of its width
UNPROCESSABLE = 422


@access(policies.sees_trace)
@require_safe
def curves(request: ViewerRequest, trace: UUID) -> HttpResponse:
    """One series at a time, with what happened at which step; the address says which window is shown."""
    run = _run(trace)
    context = {
        "run": run,
        "place": place_of(request.viewer, run),
        "state": run_state(run),
        "waiting": waiting_line(run),
    }
    with drawn.opened(run) as source:
        if source is None or not source.quantities:
            return render(request, "originality/curves.html", {**context, "source": None})
        form = WindowForm(request.GET, quantities=list(source.quantities))
        status = 200 if form.is_valid() else UNPROCESSABLE
        context |= _page(run, source, form)
    return render(request, "originality/curves.html", context, status=status)


def _page(run: TraceRun, source: SeriesFile, form: WindowForm) -> dict[str, Any]:
    wanted = form.wanted()
    quantity = wanted["quantity"]
    names = [name for name in (quantity, TOGETHER.get(quantity, "")) if name in source.quantities]
    window = {"first": wanted["first"], "last": wanted["last"]}
    shown = [drawn.curve_of(source, name, points=DRAWN_POINTS, **window) for name in names]
    marks = drawn.marks_of(run, quantity)
    zoomed = any(step is not None for step in window.values())
    span = f"&first={shown[0].first}&last={shown[0].last}" if zoomed else ""
    return {
        "source": source,
        "form": form,
        "quantity": quantity,
        "title": quantity_name(quantity),
        "tabs": drawn.names_of(list(source.quantities)),
        "curves": shown,
        "main": shown[0],
        "drawing": drawn.draw(shown, log=wanted["log"], **marks),
        "sources": json.dumps([{"url": _address(run, name), "label": quantity_name(name)} for name in names]),
        "words": json.dumps(drawn.words_of_chart()),
        "zoomed": zoomed,
        "preloaded": [f"{_address(run, name)}{span}" for name in names],
        "export": {name: wanted[name] for name in ("first", "last") if wanted[name] is not None},
        **marks,
    }


def _address(run: TraceRun, quantity: str) -> str:
    return f"{reverse('originality:curve-data', kwargs={'trace': run.pk})}?quantity={quantity}"


@access(policies.sees_trace)
@require_safe
@gzip_page
def data(request: ViewerRequest, trace: UUID) -> HttpResponse:
    """Answer with at most two thousand points of the window; nothing secret stands beside them, so it may be compressed."""
    run = _run(trace)
    with drawn.opened(run) as source:
        if source is None or not source.quantities:
            raise Http404
        form = WindowForm(request.GET, quantities=list(source.quantities))
        if not form.is_valid():
            return JsonResponse({"errors": form.errors.get_json_data()}, status=UNPROCESSABLE)
        wanted = form.wanted()
        curve = drawn.curve_of(source, **form.window())
        return JsonResponse(curve.document(**drawn.marks_of(run, wanted["quantity"])))


@access(policies.sees_trace)
@require_safe
def export(request: ViewerRequest, trace: UUID) -> HttpResponseBase:
    """Hand over every point of the window, however many, piece by piece."""
    run = _run(trace)
    with drawn.opened(run) as source:
        if source is None or not source.quantities:
            raise Http404
        form = WindowForm(request.GET, quantities=list(source.quantities))
        if not form.is_valid():
            return JsonResponse({"errors": form.errors.get_json_data()}, status=UNPROCESSABLE)
    wanted = form.wanted()
    name = f"{wanted['quantity']}-{str(run.pk)[:8]}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_rows(run, wanted), content_type=CSV, headers=headers)


def _rows(run: TraceRun, wanted: dict[str, Any]) -> Iterator[bytes]:
    with drawn.opened(run) as source:
        if source is not None:
            yield from drawn.csv_chunks(source, wanted["quantity"], first=wanted["first"], last=wanted["last"])


def _run(trace: UUID) -> TraceRun:
    return get_object_or_404(TraceRun.objects.select_related("job", "bundle", "series"), pk=trace)
