"""One run of a hand-in: how it stands, every attempt at it, what it found; officers repeat a benchmark or set it aside here."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.common.access import ViewerRequest, access, step_up_to_act
from portal.common.acts import status_of, tried
from portal.jobs.models import Job
from portal.submissions import actions, policies, selectors
from portal.submissions.actions.reruns import SET_ASIDE_IN
from portal.submissions.forms import RunReasonForm
from portal.submissions.models import SubmissionRun

ACTS = {"rerun": actions.rerun, "set_aside": actions.set_aside}


@access(policies.sees_run)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def run_page(request: ViewerRequest, run: int) -> HttpResponse:
    rows = SubmissionRun.objects.select_related("submission__entry__phase__programme", "submission__entry__consortium")
    row = get_object_or_404(rows, pk=run)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = {
        name: RunReasonForm(request.POST if wanted == name else None, auto_id=f"{name}_%s", prefix=name)
        for name in ACTS
    }
    form = forms.get(wanted)
    if form is not None and form.is_valid():
        act = partial(ACTS[wanted], row, reason=form.cleaned_data["reason"], by=request.viewer)
        if tried(request, act, form=form, done=DONE[wanted]()):
            return redirect("submissions:run", run=row.pk)
    context = {"row": row, "forms": forms, **_context(request, row)}
    return render(request, "submissions/run.html", context, status=status_of(form) if form else 200)


DONE = {
    "rerun": lambda: _("The run was asked for again; this one stays."),
    "set_aside": lambda: _("This run is set aside and does not count."),
}


def _context(request: ViewerRequest, row: SubmissionRun) -> dict[str, Any]:
    staff = policies.oversees_run(request.viewer, row)
    return {
        "detail": selectors.run_detail(row),
        "jobs": _jobs(row),
        "staff": staff,
        "standings": selectors.standing_of(row) if row.kind == "benchmark" else None,
        "may_act": staff and request.viewer.has_role("officer") and row.kind == "benchmark",
        "may_set_aside": row.submission.entry.phase.state in SET_ASIDE_IN,
    }


def _jobs(row: SubmissionRun) -> list[Job]:
    """The jobs behind a run: its parts first, then what joins them."""
    last = row.run.job
    return [*Job.objects.filter(needed_by__job=last).order_by("pk"), last] if last is not None else []
