"""Staff: eligibility, the committee, its meeting, and the selection that is made of the votes."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.calls import actions
from portal.calls.models import CommitteeInterest
from portal.calls.ops_forms import CommitteeForm, EligibilityForm, InterestRulingForm, JudgementForm, SelectionForm
from portal.calls.policies import checks_application, rules_on_interest, runs_call
from portal.calls.selectors.applications import latest_version
from portal.calls.selectors.calls import requirements_of, terms_of
from portal.calls.selectors.judging import (
    candidates,
    committee_of,
    institutions_behind,
    is_cleared,
    latest_check,
    seats_of,
    unchecked,
)
from portal.calls.views.applying import get_application
from portal.calls.views.flow import get_call, page
from portal.calls.views.ops_calls import call_page
from portal.common.access import ViewerRequest, access, step_up
from portal.common.acts import tried
from portal.review.enums import DeclarationState
from portal.review.selectors.rules import quorum_for
from portal.review.views.flow import person


@access(checks_application)
@require_http_methods(["GET", "POST"])
def eligibility(request: ViewerRequest, application: int) -> HttpResponse:
    """The list beside what the applicant confirmed; one line that is not met rules the application out."""
    row = get_application(application)
    lines, check = requirements_of(row.call), latest_check(row)
    form = EligibilityForm(request.POST or None, lines=lines, check=check)
    sent = request.method == "POST" and (form.is_valid() or not lines)
    if sent:
        answers = form.answers if lines else {}
        act = partial(actions.check_eligibility, row, answers=answers, checked_by=person(request))
        if tried(request, act, form=form if lines else None, done=_("The eligibility is checked.")):
            return redirect("ops_calls:call", call=row.call.pk)
    context = {
        "application": row,
        "terms": terms_of(row.call),
        "version": latest_version(row),
        "check": check,
        "form": form,
        "lines": lines,
        "consents": row.consents.select_related("institution", "answered_by"),
    }
    return page(request, "calls/ops/eligibility.html", context)


@access(runs_call)
@require_POST
def name_committee(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    form = CommitteeForm(request.POST, auto_id="committee_%s", call=found)
    if form.is_valid():
        act = partial(actions.name_committee, found, panel=form.cleaned_data["panel"], named_by=person(request))
        if tried(request, act, form=form, done=_("The committee is named.")):
            return redirect("ops_calls:call", call=found.pk)
    return call_page(request, found, committee_form=form)


@access(rules_on_interest)
@require_http_methods(["GET", "POST"])
def interest(request: ViewerRequest, interest: int) -> HttpResponse:
    rows = CommitteeInterest.objects.select_related("committee__call__phase__programme", "seat__user", "ruled_by")
    row = get_object_or_404(rows, pk=interest)
    form = InterestRulingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        ruling = {"event": data["event"], "reason": data["reason"], "ground": form.chosen_ground}
        act = partial(actions.rule_on_interest, row, **ruling, ruled_by=person(request))
        if tried(request, act, form=form, done=_("The ruling is recorded.")):
            return redirect("ops_calls:call", call=row.committee.call_id)
    call = get_call(row.committee.call_id)
    named = {place.key: place for place in institutions_behind(call)}
    answers = [
        (named.get((item["consortium"], item["institution"])), item["interest"])
        for item in row.answers
        if item["interest"]
    ]
    context = {"interest": row, "call": call, "terms": terms_of(call), "answers": answers, "form": form}
    return page(request, "calls/ops/interest.html", context)


@access(runs_call)
@require_http_methods(["GET", "POST"])
def judgement(request: ViewerRequest, call: int) -> HttpResponse:
    """The minutes of the meeting that votes on every eligible application."""
    found = get_call(call)
    board = committee_of(found)
    seats = [seat for seat in seats_of(board) if is_cleared(board, seat)] if board else []
    again = found.state == "judged"
    form = JudgementForm(request.POST or None, seats=seats, rows=candidates(found), again=again)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        act = partial(actions.record_judgement, found, meeting=form.meeting, recorded_by=person(request), reason=reason)
        if tried(request, act, form=form, done=_("The judgement is recorded with its minutes.")):
            return redirect("ops_calls:call", call=found.pk)
    seated = sum(seat.declaration.state != DeclarationState.RECUSED for seat in seats_of(board)) if board else 0
    context = {
        "call": found,
        "terms": terms_of(found),
        "committee": board,
        "cleared": len(seats),
        "seated": seated,
        "quorum": quorum_for(found.phase, seated=seated) if found.phase.ruleset else None,
        "unchecked": unchecked(found),
        "form": form,
    }
    return page(request, "calls/ops/judgement.html", context)


@access(runs_call)
@require_POST
def selection(request: ViewerRequest, call: int) -> HttpResponse:
    found, form = get_call(call), SelectionForm(request.POST, auto_id="selection_%s")
    if form.is_valid():
        act = partial(actions.draft_call_decision, found, **form.cleaned_data, drafted_by=person(request))
        done = _("The selection is drafted and endorsed on the minutes. A decision maker approves it.")
        if tried(request, act, form=form, done=done):
            return redirect("ops_calls:call", call=found.pk)
    return call_page(request, found, selection_form=form)


@access(runs_call)
@step_up
@require_POST
def carry_out(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    act = partial(actions.carry_out_selection, found, carried_out_by=person(request))
    tried(request, act, done=_("Every applicant is told. Whoever is selected has entered the phase."))
    return redirect("ops_calls:call", call=found.pk)
