"""The page of a committee member: interests in the applicants first, then the applications."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.calls import actions
from portal.calls.ops_forms import InterestForm
from portal.calls.policies import own_seat, sits_on_committee
from portal.calls.selectors.applications import latest_version
from portal.calls.selectors.calls import requirements_of, terms_of
from portal.calls.selectors.judging import candidates, committee_of, institutions_behind, interest_of, is_cleared
from portal.calls.views.flow import get_call, page
from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.review.policies.scopes import CLEARED
from portal.review.views.flow import person


@access(sits_on_committee)
@require_http_methods(["GET", "POST"])
def committee(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    board, seat = committee_of(found), own_seat(request.viewer, found)
    if board is None or seat is None:  # the rule has seen both
        return redirect("review:home")
    form = InterestForm(request.POST or None, places=institutions_behind(found))
    if request.method == "POST" and form.is_valid():
        act = partial(actions.declare_interests, board, seat=seat, answers=form.answers, declared_by=person(request))
        if tried(request, act, form=form, done=_("Your declaration on the applicants is recorded.")):
            return redirect("calls:committee", call=found.pk)
    cleared = is_cleared(board, seat)
    context = {
        "call": found,
        "terms": terms_of(found),
        "committee": board,
        "seat": seat,
        "seat_cleared": seat.declaration.state in CLEARED,
        "interest": interest_of(board, seat),
        "form": form,
        "cleared": cleared,
        "requirements": requirements_of(found),
        "rows": [(row, latest_version(row)) for row in candidates(found)] if cleared else [],
    }
    return page(request, "calls/committee.html", context)
