"""A team says where its model is served and tries it; from the first evaluator on, that is a matter of staff."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access
from portal.console import actions, policies
from portal.console.forms import EndpointForm
from portal.console.selectors.endpoints import current_endpoint, opened_rounds, served_entry
from portal.console.views.answers import refusal_of, tell_check
from portal.consortia.models import Entry
from portal.review.views.flow import person


def _entry(entry_id: int) -> Entry:
    return get_object_or_404(Entry.objects.select_related("consortium", "phase__programme"), pk=entry_id)


@access(policies.enters_own_endpoint)
def endpoint(request: ViewerRequest, entry_id: int) -> HttpResponse:
    entry = _entry(entry_id)
    current = current_endpoint(entry)
    form = EndpointForm(request.POST or None, initial=first_values(entry))
    if request.method == "POST" and form.is_valid():
        refusal = refusal_of(lambda: actions.enter_endpoint(entry, data=form.data_of(), entered_by=person(request)))
        if refusal is None:
            messages.success(request, _("The served model is entered. Try it now."))
            return redirect("console:endpoint", entry_id=entry.pk)
        form.add_error(None, refusal)
    context = {
        "entry": entry,
        "phase": entry.phase,
        "served": served_entry(entry),
        "current": current,
        "form": form,
        "fixed": bool(opened_rounds(entry.phase)),
    }
    return render(request, "console/team/endpoint.html", context, status=422 if request.method == "POST" else 200)


def first_values(entry: Entry) -> dict[str, str]:
    """What stands already; the key never leaves the server again."""
    current = current_endpoint(entry)
    if current is None:
        return {}
    return {"base_url": current.base_url, "model": current.model, "other_names": current.other_names}


@access(policies.enters_own_endpoint)
@require_POST
def check(request: ViewerRequest, entry_id: int) -> HttpResponse:
    tell_check(request, _entry(entry_id))
    return redirect("console:endpoint", entry_id=entry_id)
