"""Operations: panels, seats, rulings on declarations, assignment."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import access, step_up_to_act
from portal.common.acts import tried
from portal.consortia.models import Entry
from portal.review import actions
from portal.review.enums import PanelKind, RecusalGround, SeatKind
from portal.review.forms import PanelForm, RulingForm, SeatForm
from portal.review.models import Declaration, Panel, PanelSeat
from portal.review.policies import rules
from portal.review.selectors.completion import STANDING
from portal.review.selectors.panels import panels_of
from portal.review.views.flow import person, tried_and_go
from portal.review.views.ops_phase import get_phase


@access(rules.oversees_phase)
def panels(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    form = PanelForm(request.POST or None, phase=phase)
    posted = request.method == "POST"
    if (
        posted
        and form.is_valid()
        and tried(request, lambda: _create(request, form, phase_id), done=_("The panel is created."))
    ):
        return redirect("ops:panels", phase_id=phase.pk)
    rows = [{"panel": panel, "form": SeatForm(panel=panel, auto_id=f"seat{panel.pk}_%s")} for panel in panels_of(phase)]
    context = {"phase": phase, "form": form, "rows": rows}
    return render(request, "review/ops/panels.html", context, status=422 if posted else 200)


def _create(request: HttpRequest, form: PanelForm, phase_id: int) -> Panel:
    data = form.cleaned_data
    return actions.create_panel(
        get_phase(phase_id),
        kind=PanelKind(data["kind"]),
        name=data["name"],
        part=data["part"],
        created_by=person(request),
    )


@access(rules.runs_phase)
@require_POST
def add_seat(request: HttpRequest, phase_id: int, panel_id: int) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.select_related("phase"), pk=panel_id, phase_id=phase_id)
    form = SeatForm(request.POST, panel=panel)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return redirect("ops:panels", phase_id=phase_id)
    user, kind = form.cleaned_data["user"], SeatKind(form.cleaned_data["kind"])
    return tried_and_go(
        request,
        lambda: actions.seat_panel(panel, user=user, seated_by=person(request), kind=kind),
        done=_("The seat is filled."),
        to="ops:panels",
        phase_id=phase_id,
    )


@access(rules.runs_phase)
@require_POST
def assign(request: HttpRequest, phase_id: int, seat_id: int) -> HttpResponse:
    """Give a cleared seat every standing entry of the phase."""
    seat = get_object_or_404(PanelSeat.objects.select_related("panel__phase"), pk=seat_id, panel__phase_id=phase_id)
    entries = Entry.objects.filter(phase_id=phase_id, state__in=STANDING)
    return tried_and_go(
        request,
        lambda: actions.assign(seat, entries=entries, assigned_by=person(request)),
        done=_("All entries are assigned to %(seat)s.") % {"seat": seat.code},
        to="ops:panels",
        phase_id=phase_id,
    )


@access(rules.runs_phase)
@require_POST
def assign_panel(request: HttpRequest, phase_id: int, panel_id: int) -> HttpResponse:
    """The same for every cleared member of a panel at once."""
    panel = get_object_or_404(Panel.objects.select_related("phase"), pk=panel_id, phase_id=phase_id)
    entries = list(Entry.objects.filter(phase_id=phase_id, state__in=STANDING))
    return tried_and_go(
        request,
        lambda: actions.assign_panel(panel, entries=entries, assigned_by=person(request)),
        done=_("Every cleared member of %(panel)s has all entries.") % {"panel": panel.name},
        to="ops:panels",
        phase_id=phase_id,
    )


@access(rules.sees_declaration)
@step_up_to_act
def declaration(request: HttpRequest, declaration_id: int) -> HttpResponse:
    """What was declared, and the ruling on it."""
    rows = Declaration.objects.select_related("seat__panel__phase__programme", "seat__user", "ruled_by")
    row = get_object_or_404(rows, pk=declaration_id)
    form = RulingForm(request.POST or None)
    posted = request.method == "POST"
    if (
        posted
        and form.is_valid()
        and tried(request, lambda: _rule(request, row, form), done=_("The ruling is recorded."))
    ):
        return redirect("ops:panels", phase_id=row.seat.panel.phase_id)
    context = {
        "declaration": row,
        "seat": row.seat,
        "phase": row.seat.panel.phase,
        "interests": row.interests.select_related("consortium", "institution"),
        "form": form,
    }
    return render(request, "review/ops/declaration.html", context, status=422 if posted else 200)


def _rule(request: HttpRequest, row: Declaration, form: RulingForm) -> Declaration:
    data = form.cleaned_data
    return actions.rule_on_declaration(
        row,
        event=data["event"],
        ground=RecusalGround(data["ground"]) if data["ground"] else None,
        reason=data["reason"],
        ruled_by=person(request),
    )
