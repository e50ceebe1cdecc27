"""Staff: where models are served, a round from its draft to its end, completion in counts, and the record after the seal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.common.posted import text_in
from portal.common.transitions import Transition
from portal.console import actions, policies
from portal.console.forms import StaffEndpointForm, TermsForm
from portal.console.models import Round
from portal.console.selectors.endpoints import current_endpoint, opened_rounds, served_entries, served_entry
from portal.console.selectors.progress import seat_lines, service_lines, time_lines
from portal.console.transitions import ROUND
from portal.console.views.answers import refusal_of, tell_check
from portal.console.views.team import first_values
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.actions.blinding import SIGHTED
from portal.review.models import Panel
from portal.review.policies import oversees_phase, runs_phase
from portal.review.views.flow import person

UNPROCESSABLE = 422


def _phase(phase_id: int) -> Phase:
    return get_object_or_404(Phase.objects.select_related("programme", "ruleset"), pk=phase_id)


def _round(round_id: int) -> Round:
    return get_object_or_404(
        Round.objects.select_related("panel__phase__programme", "panel__phase__ruleset"), pk=round_id
    )


@access(oversees_phase)
def rounds(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """Which models are served and answer, and the rounds of the phase's user panels."""
    phase = _phase(phase_id)
    panels = Panel.objects.filter(phase=phase).exclude(part="").exclude(kind__in=SIGHTED)
    context = {
        "phase": phase,
        "served": served_entries(phase),
        "panels": panels.select_related("console_round").order_by("pk"),
        "runs": runs_phase(request.viewer, phase_id=phase.pk).allowed,
    }
    return render(request, "console/ops/rounds.html", context)


@access(runs_phase)
def new_round(request: ViewerRequest, phase_id: int, panel_id: int) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.select_related("phase__programme"), pk=panel_id, phase_id=phase_id)
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = refusal_of(lambda: actions.draft_round(panel, terms=form.terms(), drafted_by=person(request)))
        if refusal is None:
            messages.success(request, _("The round is drafted. The panel's pages name no entry from now on."))
            return redirect("ops_console:round", round_id=panel.console_round.pk)
        form.add_error(None, refusal)
    context = {"phase": panel.phase, "panel": panel, "form": form}
    return render(request, "console/ops/terms.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@access(policies.oversees_round)
def round_page(request: ViewerRequest, round_id: int) -> HttpResponse:
    row = _round(round_id)
    context = {
        "round": row,
        "phase": row.panel.phase,
        "served": served_entries(row.panel.phase),
        "seats": seat_lines(row),
        "services": service_lines(row),
        "steps": _steps(row),
        "runs": policies.runs_round(request.viewer, round_id=round_id).allowed,
    }
    return render(request, "console/ops/round.html", context)


def _steps(row: Round) -> list[Transition]:
    return [step for step in ROUND if step.source == row.state]


@access(policies.runs_round)
def terms(request: ViewerRequest, round_id: int) -> HttpResponse:
    row = _round(round_id)
    form = TermsForm(request.POST or None, instance=_round(round_id))
    if request.method == "POST" and form.is_valid():
        refusal = refusal_of(lambda: actions.change_round(row, terms=form.terms(), changed_by=person(request)))
        if refusal is None:
            messages.success(request, _("Saved."))
            return redirect("ops_console:round", round_id=round_id)
        form.add_error(None, refusal)
    context = {"phase": row.panel.phase, "panel": row.panel, "round": row, "form": form}
    return render(request, "console/ops/terms.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@access(policies.runs_round)
@require_POST
def move(request: HttpRequest, round_id: int) -> HttpResponse:
    row, event, user = _round(round_id), request.POST.get("event", ""), person(request)
    reason = text_in(request.POST, "reason")
    if event == "open":
        tried(request, lambda: actions.open_round(row, opened_by=user), done=_("The round is open."))
    else:
        tried(request, lambda: actions.move_round(row, event, moved_by=user, reason=reason), done=_("Recorded."))
    return redirect("ops_console:round", round_id=round_id)


@access(policies.runs_round)
@require_POST
def enrol(request: HttpRequest, round_id: int) -> HttpResponse:
    row, user = _round(round_id), person(request)
    taken: list[int] = []
    refusal = refusal_of(lambda: taken.append(actions.enrol(row, enrolled_by=user)))
    if refusal is not None:
        messages.error(request, refusal)
    else:
        text = ngettext("%(n)s evaluator was taken in.", "%(n)s evaluators were taken in.", taken[0])
        messages.success(request, text % {"n": taken[0]})
    return redirect("ops_console:round", round_id=round_id)


@access(policies.reads_record)
def record(request: ViewerRequest, round_id: int) -> HttpResponse:
    """Code names resolved, times and counts, and the seed that the orders came from."""
    row = _round(round_id)
    context = {"round": row, "phase": row.panel.phase, "lines": time_lines(row)}
    return render(request, "console/ops/record.html", context)


def _entry(phase_id: int, entry_id: int) -> Entry:
    rows = Entry.objects.select_related("consortium", "phase__programme")
    return get_object_or_404(rows, pk=entry_id, phase_id=phase_id)


@access(policies.oversees_endpoint)
def endpoint(request: ViewerRequest, phase_id: int, entry_id: int) -> HttpResponse:
    """The address is shown to staff, the key to nobody."""
    entry = _entry(phase_id, entry_id)
    form = StaffEndpointForm(request.POST or None, initial=first_values(entry))
    if request.method == "POST" and form.is_valid():
        refusal = refusal_of(lambda: actions.enter_endpoint(entry, data=form.data_of(), entered_by=person(request)))
        if refusal is None:
            messages.success(request, _("The served model is entered. Try it now."))
            return redirect("ops_console:endpoint", phase_id=phase_id, entry_id=entry.pk)
        form.add_error(None, refusal)
    context = {
        "entry": entry,
        "phase": entry.phase,
        "served": served_entry(entry),
        "current": current_endpoint(entry),
        "history": entry.endpoints.select_related("entered_by").order_by("-number"),
        "form": form,
        "opened": bool(opened_rounds(entry.phase)),
        "runs": policies.runs_endpoint(request.viewer, phase_id=phase_id, entry_id=entry_id).allowed,
    }
    return render(request, "console/ops/endpoint.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@access(policies.runs_endpoint)
@require_POST
def check(request: HttpRequest, phase_id: int, entry_id: int) -> HttpResponse:
    tell_check(request, _entry(phase_id, entry_id))
    return redirect("ops_console:endpoint", phase_id=phase_id, entry_id=entry_id)
