"""Operations: reported scores of a phase, the draw step by step, and each figure that it called."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import access, step_up_to_act
from portal.common.acts import status_of, tried
from portal.common.viewer import Viewer, viewer_of
from portal.consortia.policies import oversees_phase, takes_part
from portal.custody.forms import FigureForm, ReasonForm
from portal.measurements import policies
from portal.measurements.actions import drawing_reports as lots
from portal.measurements.actions import reproducing
from portal.measurements.forms import ChoiceForm, CommitForm
from portal.measurements.models import Reproduction, ReproductionDraw
from portal.measurements.selectors.reported import (
    draw_of,
    places_of,
    reproductions_in,
    shows_reports,
    standing_reports,
)
from portal.measurements.selectors.reproducing import choices_for
from portal.programmes.models import Phase

Act = tuple[Callable[[], object], str]


@access(policies.oversees_reported)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Phases whose rules have items that teams report; those of the viewer's own programmes are left out."""
    viewer = viewer_of(request)
    phases = Phase.objects.select_related("programme", "ruleset").order_by("programme__slug", "number")
    seen = [phase for phase in phases if places_of(phase) and not takes_part(viewer, phase.programme_id)]
    return render(request, "measurements/ops/reported_home.html", {"rows": [(row, draw_of(row)) for row in seen]})


@access(oversees_phase)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def phase(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Commit, close, draw: the state of the draw says which step is next. Figures show once receiving has closed."""
    found = get_object_or_404(Phase.objects.select_related("programme", "ruleset"), pk=phase_id)
    row = draw_of(found)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, wanted)
    form = forms.get(wanted)
    if request.method == "POST" and (form is None or form.is_valid()):
        act = _act(wanted, found, row, form, viewer_of(request))
        if act is None or tried(request, act[0], form=form, done=act[1]) or form is None:
            return redirect("ops_measurements:reported", phase_id=found.pk)
    context: dict[str, Any] = {
        "phase": found,
        "draw": row,
        "forms": forms,
        "wanted": wanted,
        "shown": shows_reports(found),
        "reports": standing_reports(found).prefetch_related("figures"),
        "reproductions": reproductions_in(found),
        "earlier": ReproductionDraw.objects.filter(phase=found, state="void"),
        "may_write": viewer_of(request).has_role("officer"),
    }
    return render(request, "measurements/ops/reported.html", context, status=status_of(form) if form else 200)


def _forms(request: HttpRequest, wanted: str) -> dict[str, Any]:
    def data(name: str) -> Any:
        return request.POST if wanted == name else None

    return {
        "commit": CommitForm(data("commit")),
        "draw": FigureForm(data("draw"), auto_id="draw_%s") if "figure" in request.POST or wanted != "draw" else None,
        "void": ReasonForm(data("void"), auto_id="void_%s"),
    }


def _act(wanted: str, phase: Phase, row: ReproductionDraw | None, form: Any, viewer: Viewer) -> Act | None:
    """What was asked for; None when the page was old and there is no such step now."""
    if wanted == "commit":
        act = partial(lots.commit_reproductions, phase, by=viewer, **form.cleaned_data)
        return act, _("The rule and the digest of the seed are public.")
    if row is None:
        return None
    if wanted == "close":
        return partial(lots.close_reports, row, by=viewer), _("The pool is closed; reports are frozen for good.")
    if wanted == "draw":
        figure = form.cleaned_data["figure"] if form else ""
        act = partial(lots.draw_reproductions, row, figure=figure, by=viewer)
        return act, _("Drawn. The document is public, and the teams were told.")
    if wanted == "void":
        act = partial(lots.void_reproductions, row, reason=form.cleaned_data["reason"], by=viewer)
        return act, _("The draw is void and stays readable.")
    return None


@access(policies.oversees_reproduction)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def reproduction(request: HttpRequest, reproduction_id: int) -> HttpResponse:
    """One drawn figure: ask for the run, say that it cannot be run, and conclude."""
    rows = Reproduction.objects.select_related(
        "figure__report__entry__consortium",
        "figure__report__log",
        "draw__phase__programme",
        "suite",
        "run__job",
        "reply",
    )
    row = get_object_or_404(rows, pk=reproduction_id)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _reproduction_forms(request, row, wanted)
    form = forms.get(wanted)
    if request.method == "POST" and form is not None and form.is_valid():
        act, done = _reproduction_act(wanted, row, form.cleaned_data, viewer_of(request))
        if tried(request, act, form=form, done=done):
            return redirect("ops_measurements:reproduction", reproduction_id=row.pk)
    viewer = viewer_of(request)
    context = {
        "row": row,
        "phase": row.draw.phase,
        "entry": row.figure.report.entry,
        "forms": forms,
        "wanted": wanted,
        "choices": choices_for(row.figure),
        "may_run": viewer.has_role("officer") and row.state in ("drawn", "failed", "impossible"),
        "may_give_up": viewer.has_role("officer") and row.state in ("drawn", "failed"),
        "may_conclude": viewer.has_role("decider") and row.state in ("differs", "explained"),
    }
    return render(
        request, "measurements/ops/reproduction.html", context, status=status_of(form) if form is not None else 200
    )


def _reproduction_forms(request: HttpRequest, row: Reproduction, wanted: str) -> dict[str, Any]:
    def data(name: str) -> Any:
        return request.POST if wanted == name else None

    choices = [(choice.key, choice.label) for choice in choices_for(row.figure)]
    names = ("give_up", "accept", "uphold")
    return {
        "ask": ChoiceForm(data("ask"), choices=choices),
        **{name: ReasonForm(data(name), auto_id=f"{name}_%s") for name in names},
    }


def _reproduction_act(wanted: str, row: Reproduction, data: dict[str, Any], viewer: Viewer) -> Act:
    if wanted == "ask":
        act = partial(reproducing.ask_reproduction, row, choice=data["choice"], by=viewer)
        return act, _("The run is asked for; the comparison follows by itself.")
    if wanted == "give_up":
        give_up = partial(reproducing.give_up_reproduction, row, reason=data["reason"], by=viewer)
        return give_up, _("Recorded: this figure cannot be run.")
    conclude = partial(reproducing.conclude_reproduction, row, event=wanted, reason=data["reason"], by=viewer)
    return conclude, _("The conclusion is recorded.")
