"""Public: what is deposited, called and destroyed in numbers, and each draw with everything that repeats it."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.common.access import access, anyone
from portal.custody import policies
from portal.custody.models import CheckpointDraw
from portal.custody.selectors.deposits import public_draws
from portal.custody.selectors.public import totals


@access(anyone)
@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    return render(request, "custody/public/checkpoints.html", {"totals": totals(), "draws": public_draws()})


@access(policies.sees_draw)
@require_safe
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Digests and codes; no step, no digest of a checkpoint, and not whether its bytes came."""
    rows = CheckpointDraw.objects.select_related("phase__programme")
    return render(request, "custody/public/draw.html", {"draw": get_object_or_404(rows, pk=draw_id)})


@access(policies.sees_draw_document)
@require_safe
def draw_document(request: HttpRequest, draw_id: int) -> HttpResponse:
    """The document that `python -m portal.common.formats.lot` runs again."""
    row = get_object_or_404(CheckpointDraw, pk=draw_id)
    text = json.dumps(row.document, ensure_ascii=False, indent=2, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="checkpoint-draw-{row.pk}.json"'}
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)
