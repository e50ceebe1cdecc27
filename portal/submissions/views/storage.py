"""Operations: the room of each consortium, and the hand-ins that wait for bytes."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.artifacts.actions import set_limit
from portal.common.access import ViewerRequest, access
from portal.common.acts import status_of, tried
from portal.submissions import policies, selectors
from portal.submissions.forms import LimitForm


@access(policies.oversees_storage)
@require_http_methods(["GET", "HEAD", "POST"])
def storage(request: ViewerRequest) -> HttpResponse:
    """Show the rooms; an officer gives one a limit of its own, with the reason."""
    may_set = policies.sets_limits(request.viewer).allowed
    form = LimitForm(request.POST if request.method == "POST" and may_set else None)

    def act() -> None:
        values = form.cleaned_data
        owner = values["consortium"].account_key
        set_limit(owner, limit=form.limit_in_bytes(), actor=request.viewer.actor, reason=values["reason"])

    if form.is_valid() and tried(request, act, done=_("The limit is set. What was promised before stays."), form=form):
        return redirect("ops_submissions:storage")
    context = {
        "rooms": selectors.rooms(),
        "waiting": selectors.waiting_for_bytes(),
        "form": form,
        "may_set": may_set,
    }
    return render(request, "submissions/storage.html", context, status=status_of(form))
