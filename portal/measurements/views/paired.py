"""Entries of a phase compared item by item: one page for staff, panel and, after a release of single figures, everybody."""

import json

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import access, step_up_to_act
from portal.common.acts import tried
from portal.common.viewer import viewer_of
from portal.consortia.policies import takes_part
from portal.measurements import run_policies
from portal.measurements.actions.comparing_entries import compare_again
from portal.measurements.selectors.paired import comparisons_document, families_of, latest_comparisons
from portal.programmes.models import Phase

PER_PAGE = 12  # families


@access(run_policies.compares)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def comparison(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Every suite with its tasks; an officer may ask for it again after a run was added."""
    phase, viewer = _phase(phase_id), viewer_of(request)
    if request.method == "POST":
        tried(request, lambda: compare_again(phase, by=viewer), done=_("The comparison was asked for."))
        return redirect("measurements:comparison", phase_id=phase.pk)
    rows = latest_comparisons(phase)
    families = [(row, family) for row in rows for family in families_of(row)]
    context = {
        "phase": phase,
        "rows": rows,
        "page_obj": Paginator(families, PER_PAGE).get_page(request.GET.get("page")),
        "may_ask": viewer.has_role("officer") and not takes_part(viewer, phase.programme_id),
    }
    return render(request, "measurements/comparison.html", context)


@access(run_policies.compares)
@require_safe
def comparison_json(request: HttpRequest, phase_id: int) -> HttpResponse:
    document = comparisons_document(_phase(phase_id))
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="comparison-{phase_id}.json"', "Cache-Control": "no-store"}
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)


def _phase(number: int) -> Phase:
    return get_object_or_404(Phase.objects.select_related("programme", "ruleset"), pk=number)
