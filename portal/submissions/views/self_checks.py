"""A team's own look at its checkpoints before it hands in: what was asked for, what it found, and what is left."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.common.access import ViewerRequest, access
from portal.common.acts import status_of, tried
from portal.consortia.models import Consortium
from portal.submissions import actions, policies, selectors
from portal.submissions.forms import SelfCheckForm
from portal.submissions.models import SelfCheck


@access(policies.checks_itself)
@require_http_methods(["GET", "HEAD", "POST"])
def self_checks(request: ViewerRequest, consortium: int) -> HttpResponse:
    """List the team's checks and take the next one."""
    team = get_object_or_404(Consortium, pk=consortium)
    uploads = selectors.checkable_uploads(team)
    form = SelfCheckForm(request.POST if request.method == "POST" else None, uploads=uploads)

    def act() -> None:
        actions.request_self_check(team, upload=form.chosen(), actor=request.viewer.actor)

    done = _("The self-check waits for its turn. Only your team sees it.")
    if form.is_valid() and tried(request, act, done=done, form=form):
        return redirect("submissions:self-checks", consortium=team.pk)
    context = {
        "team": team,
        "checks": selectors.self_checks_of(team),
        "quota": selectors.self_check_quota(team),
        "uploads": uploads,
        "form": form,
    }
    return render(request, "submissions/self_checks.html", context, status=status_of(form))


@access(policies.sees_self_check)
@require_POST
def cancel_self_check(request: ViewerRequest, check: int) -> HttpResponse:
    """End a check that is not finished; it costs nothing of the quota."""
    row = get_object_or_404(SelfCheck, pk=check)
    tried(
        request,
        lambda: actions.cancel_self_check(row, actor=request.viewer.actor),
        done=_("The self-check is cancelled. It does not count."),
    )
    return redirect("submissions:self-checks", consortium=row.consortium_id)
