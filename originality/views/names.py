"""Names in a log: what they are taken for, and the team's correction, which makes every check again."""

from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from originality import policies
from originality.actions import correct_mapping
from originality.curves.forms import NamesForm
from originality.curves.naming import names_in_log, naming_of
from originality.enums import RunState
from originality.models import TraceRun
from originality.registry import place_of
from originality.selectors import run_state
from portal.common.access import ViewerRequest, access
from portal.common.acts import status_of, tried


@access(policies.sees_trace)
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: ViewerRequest, trace: UUID) -> HttpResponse:
    """Show the names to whom the curves are open, and take a correction from the team while it may make one."""
    run = get_object_or_404(TraceRun.objects.select_related("job", "bundle", "series"), pk=trace)
    naming = naming_of(run)
    form = None
    if run.logs and policies.corrects_names(request.viewer, run):
        form = NamesForm(
            request.POST if request.method == "POST" else None, tags=names_in_log(run, naming), used=naming.used
        )

    if request.method == "POST" and form is None:
        raise PermissionDenied

    done = _("The correction is on record. The logs are being read again; the findings follow.")
    if form is not None and form.is_valid():
        correction = {"mapping": form.mapping(), "reason": form.cleaned_data["reason"]}
        act = partial(correct_mapping, run, **correction, actor=request.viewer.actor)
        if tried(request, act, done=done, form=form):
            return redirect("originality:names", trace=run.pk)
    context = {
        "run": run,
        "place": place_of(request.viewer, run),
        "naming": naming,
        "form": form,
        "busy": len(naming.corrections) and run_state(run) in {RunState.WAITING, RunState.RUNNING},
    }
    return render(request, "originality/names.html", context, status=status_of(form) if form else 200)
