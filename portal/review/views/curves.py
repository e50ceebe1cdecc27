"""Training curves of all entries of a phase in one drawing, from the seal on."""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from originality.curves import quantity_name, words_of_chart
from portal.common.access import ViewerRequest, access
from portal.review.curve_forms import SideBySideForm
from portal.review.policies import figures, rules
from portal.review.selectors.curves import side_by_side, teams_of
from portal.review.views.ops_phase import get_phase

UNPROCESSABLE = 422


@access(figures.sees_curves)
@require_safe
def curves(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """Entries in the order of their codes, never in that of a figure."""
    phase = get_phase(phase_id)
    teams = teams_of(request.viewer, phase)
    form = SideBySideForm(request.GET, teams=teams)
    status = 200 if form.is_valid() else UNPROCESSABLE
    wanted = form.wanted()
    context = {
        "phase": phase,
        "staff": rules.oversees_phase(request.viewer, phase.pk).allowed,
        "form": form,
        "teams": teams,
        "quantity": wanted["quantity"],
        "title": quantity_name(wanted["quantity"]),
        "words": json.dumps(words_of_chart()),
        **side_by_side(**wanted),
    }
    return render(request, "review/curves.html", {**context, "axis": wanted["axis"]}, status=status)
