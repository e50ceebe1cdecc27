"""Public: each draw over reported figures with everything that repeats it, and verdicts once points per part are public."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.common.access import access, anyone
from portal.measurements import policies
from portal.measurements.models import ReproductionDraw
from portal.measurements.selectors.reported import reproductions_in
from portal.measurements.selectors.showing import verdicts_are_public


@access(anyone)
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    rows = ReproductionDraw.objects.select_related("phase__programme").order_by("-committed_at")
    return render(request, "measurements/public/draws.html", {"draws": rows})


@access(policies.sees_reproduction_draw)
@require_safe
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Rule, digests and codes; figures and verdicts when the rules open points of parts to the public."""
    row = get_object_or_404(ReproductionDraw.objects.select_related("phase__programme", "phase__ruleset"), pk=draw_id)
    shown = verdicts_are_public(row.phase)
    context = {"draw": row, "shown": shown, "rows": reproductions_in(row.phase).filter(draw=row) if shown else []}
    return render(request, "measurements/public/draw.html", context)


@access(policies.sees_reproduction_document)
@require_safe
def draw_document(request: HttpRequest, draw_id: int) -> HttpResponse:
    """The document that `python -m portal.common.formats.lot` runs again."""
    row = get_object_or_404(ReproductionDraw, pk=draw_id)
    text = json.dumps(row.document, ensure_ascii=False, indent=2, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="reproduction-draw-{row.pk}.json"'}
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)
