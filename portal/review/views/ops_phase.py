"""Operations: list of phases, one phase's overview, its plain steps, the seal and the tally."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access, step_up, step_up_to_act
from portal.common.acts import tried
from portal.common.posted import text_in
from portal.programmes.actions import move_phase
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.forms import ReasonForm
from portal.review.models import Tally
from portal.review.policies import figures, rules
from portal.review.selectors.completion import holes_before_seal
from portal.review.selectors.operations import OWN_PAGES, overview, phases_for
from portal.review.selectors.results import tally_table
from portal.review.selectors.tallies import is_current
from portal.review.views.flow import person, tried_and_go


def get_phase(phase_id: int) -> Phase:
    return get_object_or_404(Phase.objects.select_related("programme", "ruleset"), pk=phase_id)


@access(rules.oversees)
def home(request: ViewerRequest) -> HttpResponse:
    return render(request, "review/ops/home.html", {"phases": phases_for(request.viewer)})


@access(rules.oversees_phase)
def phase(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """Timeline and completion; before the seal there are counts of sheets and nothing about scores."""
    row = get_phase(phase_id)
    context = {
        "phase": row,
        "form": ReasonForm(auto_id="step_%s"),
        "curves_open": figures.sees_curves(request.viewer, row.pk).allowed,
        "sensitivity_open": figures.sees_sensitivity(request.viewer, row.pk).allowed,
        **overview(row, request.viewer),
    }
    return render(request, "review/ops/phase.html", context)


@access(rules.runs_phase)
@require_POST
def move(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """A step that is nothing but a step; the others have their own pages."""
    row = get_phase(phase_id)
    event, reason = request.POST.get("event", ""), text_in(request.POST, "reason")
    if event in OWN_PAGES:
        return redirect("ops:phase", phase_id=row.pk)
    return tried_and_go(
        request,
        lambda: move_phase(row, event, actor=request.viewer, reason=reason),
        done=_("The phase moved on."),
        to="ops:phase",
        phase_id=row.pk,
    )


@access(rules.runs_phase)
@step_up_to_act
def seal(request: HttpRequest, phase_id: int) -> HttpResponse:
    row = get_phase(phase_id)
    if request.method == "POST" and tried(
        request,
        lambda: actions.seal_phase(row, sealed_by=person(request)),
        done=_("The sheets are sealed. Nobody can change them any more."),
    ):
        return redirect("ops:phase", phase_id=row.pk)
    holes = holes_before_seal(row) if row.state == "scoring" else []
    return render(request, "review/ops/seal.html", {"phase": row, "holes": holes})


@access(rules.takes_tally)
def tally(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """The latest tally with its trace, earlier versions by digest, and the button to take the next one."""
    row = get_phase(phase_id)
    tallies = list(Tally.objects.filter(phase=row).order_by("-version"))
    latest = tallies[0] if tallies else None
    context = {
        "phase": row,
        "latest": latest,
        "tallies": tallies,
        "current": is_current(latest) if latest else False,
        "form": ReasonForm(),
        "officer": request.viewer.has_role("officer"),
        **(tally_table(latest) if latest else {}),
    }
    return render(request, "review/ops/tally.html", context)


@access(rules.runs_phase)
@step_up
@require_POST
def take_tally(request: HttpRequest, phase_id: int) -> HttpResponse:
    row = get_phase(phase_id)
    reason = text_in(request.POST, "reason")
    return tried_and_go(
        request,
        lambda: actions.take_tally(row, taken_by=person(request), reason=reason),
        done=_("The tally is taken."),
        to="ops:tally",
        phase_id=row.pk,
    )
