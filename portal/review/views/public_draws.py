"""Public: how a panel of the general public is drawn, with the commitment before and the whole draw after."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.common.access import access, anyone
from portal.review.models import Draw
from portal.review.policies import panels
from portal.review.selectors.draws import public_draws, seats_taken, table_of


@access(anyone)
def draws(request: HttpRequest) -> HttpResponse:
    return render(request, "review/public/draws.html", {"draws": public_draws()})


@access(panels.sees_draw)
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Counts per cell, digests and codes; names, addresses and seats are nowhere on it."""
    row = get_object_or_404(Draw.objects.select_related("panel__phase__programme"), pk=draw_id)
    table = table_of(row)
    context = {
        "draw": row,
        "panel": row.panel,
        "phase": row.panel.phase,
        "table": table,
        "seats": sum(cell.seats for cell in table),
        "pool": sum(cell.pool for cell in table),
        "taken": seats_taken(row),
    }
    return render(request, "review/public/draw.html", context)


@access(panels.sees_draw_document)
def draw_document(request: HttpRequest, draw_id: int) -> HttpResponse:
    """The document that `python -m portal.review.drawing` runs again."""
    row = get_object_or_404(Draw, pk=draw_id)
    text = json.dumps(row.document, ensure_ascii=False, indent=2, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="draw-{row.pk}.json"'}
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)
