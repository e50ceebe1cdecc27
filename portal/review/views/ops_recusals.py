"""Operations: challenges and withdrawals, and whom parties named unsuitable; each is ruled with a reason."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access, step_up_to_act
from portal.common.acts import tried
from portal.review import actions
from portal.review.models import RecusalRequest, UnsuitableNaming
from portal.review.panel_forms import NamingRulingForm, RecusalRulingForm
from portal.review.policies import rules, visible_to
from portal.review.views.flow import person
from portal.review.views.ops_phase import get_phase

UNPROCESSABLE = 422


@access(rules.oversees_phase)
def recusals(request: ViewerRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    requests = RecusalRequest.objects.filter(seat__panel__phase=phase).exclude(seat__user=request.viewer.user_id)
    namings = UnsuitableNaming.objects.filter(entry__phase=phase)
    context = {
        "phase": phase,
        "requests": visible_to(request.viewer, requests).select_related("seat__panel", "entry__consortium"),
        "namings": visible_to(request.viewer, namings).select_related("entry__consortium"),
    }
    return render(request, "review/ops/recusals.html", context)


@access(rules.sees_recusal)
@step_up_to_act
def recusal(request: ViewerRequest, request_id: int) -> HttpResponse:
    rows = RecusalRequest.objects.select_related(
        "seat__panel__phase__programme", "seat__user", "seat__declaration", "entry__consortium", "ruled_by"
    )
    row = get_object_or_404(rows, pk=request_id)
    posted = request.method == "POST"
    form = RecusalRulingForm(request.POST if posted else None)
    if (
        posted
        and form.is_valid()
        and tried(request, lambda: _rule(request, row, form), done=_("The ruling is recorded."))
    ):
        return redirect("ops:recusals", phase_id=row.seat.panel.phase_id)
    context = {"request_row": row, "seat": row.seat, "phase": row.seat.panel.phase, "form": form}
    context["officer"] = request.viewer.has_role("officer")
    return render(request, "review/ops/recusal.html", context, status=UNPROCESSABLE if posted else 200)


def _rule(request: HttpRequest, row: RecusalRequest, form: RecusalRulingForm) -> RecusalRequest:
    data = form.cleaned_data
    return actions.rule_on_recusal(row, grant=data["grant"] == "yes", reason=data["reason"], ruled_by=person(request))


@access(rules.sees_naming)
@step_up_to_act
def naming(request: ViewerRequest, naming_id: int) -> HttpResponse:
    rows = UnsuitableNaming.objects.select_related("entry__phase__programme", "entry__consortium", "ruled_by")
    row = get_object_or_404(rows, pk=naming_id)
    posted = request.method == "POST"
    form = NamingRulingForm(request.POST if posted else None, initial={"email": row.email})
    if (
        posted
        and form.is_valid()
        and tried(request, lambda: _name(request, row, form), done=_("The ruling is recorded."))
    ):
        return redirect("ops:recusals", phase_id=row.entry.phase_id)
    context = {"naming": row, "phase": row.entry.phase, "form": form, "officer": request.viewer.has_role("officer")}
    return render(request, "review/ops/naming.html", context, status=UNPROCESSABLE if posted else 200)


def _name(request: HttpRequest, row: UnsuitableNaming, form: NamingRulingForm) -> UnsuitableNaming:
    data = form.cleaned_data
    return actions.rule_on_naming(
        row, uphold=data["uphold"] == "yes", email=data["email"], reason=data["reason"], ruled_by=person(request)
    )
