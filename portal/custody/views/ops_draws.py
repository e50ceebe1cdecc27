"""Operations: the lot over deposits, step by step on one page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.common.access import access, step_up_to_act
from portal.common.acts import status_of, tried
from portal.common.viewer import Viewer, viewer_of
from portal.custody import actions, policies
from portal.custody.enums import DrawState
from portal.custody.forms import CommitForm, FigureForm, ReasonForm
from portal.custody.models import CalledCheckpoint, CheckpointDraw
from portal.custody.selectors.deposits import deposits_in, open_draw
from portal.programmes.models import Phase

Act = tuple[Callable[[], object], str]


@access(policies.oversees_phase)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def draw(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Commit, close, draw: the state of the open draw says which step is next. Below: what came of earlier calls."""
    phase = get_object_or_404(Phase.objects.select_related("programme"), pk=phase_id)
    row = open_draw(phase)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, wanted)
    form = forms.get(wanted)
    if request.method == "POST" and (form is None or form.is_valid()):
        found = _act(wanted, phase, row, form, viewer_of(request))
        if found is None or tried(request, found[0], form=form, done=found[1]) or form is None:
            return redirect("ops_custody:draw", phase_id=phase.pk)
    context: dict[str, Any] = {
        "phase": phase,
        "draw": row,
        "forms": forms,
        "wanted": wanted,
        "waiting": deposits_in(phase).count(),
        "earlier": CheckpointDraw.objects.filter(phase=phase, state__in=(DrawState.DRAWN, DrawState.VOID)),
        "calls": CalledCheckpoint.objects.filter(draw__phase=phase).select_related("deposit__entry", "reply"),
        "may_write": viewer_of(request).has_role("officer"),
    }
    return render(request, "custody/ops/draw.html", context, status=status_of(form) if form else 200)


def _forms(request: HttpRequest, wanted: str) -> dict[str, Any]:
    def data(name: str) -> Any:
        return request.POST if wanted == name else None

    return {
        "commit": CommitForm(data("commit")),
        "draw": FigureForm(data("draw"), auto_id="draw_%s") if "figure" in request.POST or wanted != "draw" else None,
        "void": ReasonForm(data("void"), auto_id="void_%s"),
    }


def _act(wanted: str, phase: Phase, row: CheckpointDraw | None, form: Any, viewer: Viewer) -> Act | None:
    """What was asked for; None when the page was old and there is no such step now."""
    if wanted == "commit":
        commit = partial(actions.commit_draw, phase, by=viewer, **form.cleaned_data)
        return commit, _("The seed is committed; its digest is public.")
    if row is None:
        return None
    if wanted == "close":
        return partial(actions.close_pool, row, by=viewer), _("The pool is closed; its digest is public.")
    if wanted == "draw":
        figure = form.cleaned_data["figure"] if form else ""
        act = partial(actions.make_draw, row, figure=figure, by=viewer)
        return act, _("Drawn. The document is public, and the teams were told.")
    if wanted == "void":
        reason = form.cleaned_data["reason"]
        return partial(actions.void_draw, row, reason=reason, by=viewer), _("The draw is void and stays readable.")
    return None
