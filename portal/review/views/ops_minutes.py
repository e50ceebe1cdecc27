"""Operations: minutes of panels, with quorum and vote."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.review import actions
from portal.review.actions import Vote
from portal.review.forms import MinutesForm
from portal.review.models import Minutes, Panel
from portal.review.policies import rules, visible_to
from portal.review.selectors.minutes import minutes_number, numbers_in
from portal.review.selectors.rules import has_carried, quorum_for
from portal.review.views.flow import person
from portal.review.views.ops_phase import get_phase

UNPROCESSABLE = 422


@access(rules.oversees_phase)
def minutes_list(request: ViewerRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    rows = visible_to(request.viewer, Minutes.objects.filter(panel__phase=phase)).select_related(
        "panel__phase__ruleset"
    )
    panels, numbers = Panel.objects.filter(phase=phase), numbers_in(phase)
    return render(
        request,
        "review/ops/minutes_list.html",
        {
            "phase": phase,
            "minutes": [(numbers[row.pk], row, has_carried(row)) for row in rows],
            "panels": panels,
            "officer": request.viewer.has_role("officer"),
        },
    )


@access(rules.runs_phase)
def record_minutes(request: HttpRequest, phase_id: int, panel_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    panel = get_object_or_404(Panel, pk=panel_id, phase=phase)
    form = MinutesForm(request.POST or None, panel=panel)
    posted = request.method == "POST"
    if (
        posted
        and form.is_valid()
        and tried(request, lambda: _hold(request, panel, form), done=_("The minutes are recorded."))
    ):
        return redirect("ops:minutes_list", phase_id=phase.pk)
    seated = panel.seats.exclude(kind="alternate").exclude(declaration__state="recused").count()
    context = {
        "phase": phase,
        "panel": panel,
        "form": form,
        "quorum": quorum_for(phase, seated=seated),
        "seated": seated,
    }
    return render(request, "review/ops/record_minutes.html", context, status=UNPROCESSABLE if posted else 200)


def _hold(request: HttpRequest, panel: Panel, form: MinutesForm) -> Minutes:
    data = form.cleaned_data
    return actions.hold_meeting(
        panel,
        subject=data["subject"],
        text=data["text"],
        held_at=data["held_at"],
        present=data["present"],
        vote=Vote(data["votes_for"], data["votes_against"], data["votes_abstained"]),
        dissent=data["dissent"],
        recorded_by=person(request),
    )


@access(rules.sees_minutes)
def minutes(request: HttpRequest, minutes_id: int) -> HttpResponse:
    rows = Minutes.objects.select_related("panel__phase__programme", "panel__phase__ruleset", "recorded_by")
    row = get_object_or_404(rows, pk=minutes_id)
    attendance = row.attendance.select_related("seat__user")
    return render(
        request,
        "review/ops/minutes.html",
        {
            "minutes": row,
            "minutes_no": minutes_number(row),
            "phase": row.panel.phase,
            "attendance": attendance,
            "carried": has_carried(row),
        },
    )
