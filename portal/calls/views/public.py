"""Calls, for everybody: what is open, what was asked for, and what became of it."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal.calls.policies import sees_call
from portal.calls.selectors import applications, calls
from portal.calls.views.flow import get_call, page
from portal.common.access import ViewerRequest, access, anyone


@access(anyone)
@require_safe
def call_list(request: ViewerRequest) -> HttpResponse:
    rows = [(row, calls.terms_of(row), calls.is_receiving(row)) for row in calls.announced_calls()]
    mine = applications.managed_by(request.viewer).exists()
    return page(request, "calls/list.html", {"rows": rows, "manages": mine})


@access(sees_call)
@require_safe
def call(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    outcome = calls.published_outcome(found)
    viewer = request.viewer
    context = {
        "call": found,
        "terms": calls.terms_of(found),
        "requirements": calls.requirements_of(found),
        "receiving": calls.is_receiving(found),
        "vacancy": calls.vacancy_of(found),
        "changes": found.deadline_changes.all(),
        "outcome": outcome,
        "selected": calls.selected_by(outcome) if outcome else [],
        "applicants": len(applications.handed_in(found)) if found.state in calls.ENDED else None,
        "own": applications.applications_for(viewer).filter(call=found),
        "invitations": applications.invitations_to(viewer).filter(call=found),
        "manages": applications.managed_by(viewer).exists(),
    }
    return page(request, "calls/call.html", context)
