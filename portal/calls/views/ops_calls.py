"""Staff: calls drafted, announced, moved, and whom they invite. What comes after closing: ops_judging."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.calls import actions
from portal.calls.forms import CloseForm, DeadlineForm, InviteForm, ReasonForm
from portal.calls.ops_forms import CallForm, CommitteeForm, SelectionForm, TermsForm, VacancyCallForm
from portal.calls.policies import drafts_for_phase, drafts_for_vacancy, is_staff, oversees, oversees_call, runs_call
from portal.calls.selectors import applications as reads
from portal.calls.selectors import calls, judging
from portal.calls.views.flow import get_call, page
from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.programmes.models import Call
from portal.programmes.selectors import phase_by_slug
from portal.review.models import Decision
from portal.review.selectors.rules import has_carried
from portal.review.views.flow import person


@access(oversees)
@require_safe
def call_list(request: ViewerRequest) -> HttpResponse:
    rows = [(row, calls.terms_of(row)) for row in calls.calls()]
    return page(request, "calls/ops/list.html", {"rows": rows})


@access(drafts_for_phase)
@require_http_methods(["GET", "POST"])
def new_call(request: ViewerRequest, phase: str) -> HttpResponse:
    found = phase_by_slug(phase)
    form = CallForm(request.POST or None, initial=TermsForm.initial_of(calls.default_terms(found)))
    if request.method == "POST" and form.is_valid():
        made: list[Call] = []

        def act() -> None:
            made.append(actions.draft_call(found, facts=form.facts, terms=form.terms, drafted_by=person(request)))

        if tried(request, act, form=form, done=_("The call is drafted. Nobody sees it before it is opened.")):
            return redirect("ops_calls:call", call=made[0].pk)
    return page(request, "calls/ops/new.html", {"phase": found, "form": form})


@access(drafts_for_vacancy)
@require_http_methods(["GET", "POST"])
def new_vacancy_call(request: ViewerRequest, decision: int) -> HttpResponse:
    vacancy = get_object_or_404(Decision.objects.select_related("phase__programme", "call"), pk=decision)
    if vacancy.call is not None:
        return redirect("ops_calls:call", call=vacancy.call.pk)
    form = VacancyCallForm(request.POST or None, vacated=vacancy.phase)
    if request.method == "POST" and form.is_valid():
        made: list[Call] = []

        def act() -> None:
            target, by = form.cleaned_data["phase"], person(request)
            made.append(actions.draft_call(target, facts=form.facts, terms=form.terms, drafted_by=by, vacancy=vacancy))

        if tried(request, act, form=form, done=_("The call is drafted. Nobody sees it before it is opened.")):
            return redirect("ops_calls:call", call=made[0].pk)
    return page(request, "calls/ops/new.html", {"phase": vacancy.phase, "vacancy": vacancy, "form": form})


@access(oversees_call)
@require_safe
def call(request: ViewerRequest, call: int) -> HttpResponse:
    return call_page(request, get_call(call))


def call_page(request: ViewerRequest, found: Call, **forms: Any) -> HttpResponse:
    """The whole call for its staff. Before it closes the applications are a number: nobody reads them."""
    officer = is_staff(request.viewer, found, "officer")
    over = found.state in calls.OVER
    committee = judging.committee_of(found)
    context = {
        "call": found,
        "terms": calls.terms_of(found),
        "requirements": calls.requirements_of(found),
        "vacancy": calls.vacancy_of(found),
        "changes": found.deadline_changes.all(),
        "receiving": calls.is_receiving(found),
        "officer": officer,
        "over": over,
        "invitations": found.invitations.select_related("consortium"),
        "count": len(reads.handed_in(found)),
        "applications": _applications(found) if over else [],
        "withdrawn": found.applications.filter(state="withdrawn").select_related("consortium") if over else [],
        "committee": committee,
        "seats": [
            (seat, judging.interest_of(committee, seat), judging.is_cleared(committee, seat))
            for seat in judging.seats_of(committee)
        ]
        if committee
        else [],
        **_outcome(found),
        "close_form": CloseForm(auto_id="close_%s"),
        "lapse_form": ReasonForm(auto_id="lapse_%s"),
        "deadline_form": DeadlineForm(auto_id="deadline_%s", initial={"closes_at": found.closes_at}),
        "invite_form": InviteForm(auto_id="invite_%s", call=found),
        "committee_form": CommitteeForm(auto_id="committee_%s", call=found),
        "selection_form": SelectionForm(auto_id="selection_%s"),
        **forms,
    }
    return page(request, "calls/ops/call.html", context)


def _applications(call: Call) -> list[dict[str, Any]]:
    return [
        {"row": row, "version": reads.latest_version(row), "check": judging.latest_check(row)}
        for row in reads.handed_in(call)
    ]


def _outcome(call: Call) -> dict[str, Any]:
    """The last meeting with its votes, what they come to, and the decision made of them."""
    judgement = judging.latest_judgement(call)
    decision = calls.selection_of(call)
    notices = call.applications.filter(notice__isnull=False).select_related("notice", "consortium")
    told = [row.notice for row in notices]
    if judgement is None:
        return {"judgement": None, "decision": decision, "notices": told}
    votes = judging.votes_in(judgement)
    return {
        "judgement": judgement,
        "carried": has_carried(judgement.minutes),
        "votes": [(vote, judging.is_approved(vote, minutes=judgement.minutes)) for vote in votes],
        "verdict": judging.verdict_of(judgement),
        "decision": decision,
        "selected": calls.selected_by(decision) if decision else [],
        "notices": told,
    }


@access(runs_call)
@require_http_methods(["GET", "POST"])
def terms(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    initial = TermsForm.initial_of(calls.terms_of(found), calls.requirements_of(found))
    form = TermsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.set_terms, found, terms=form.terms, set_by=person(request))
        if tried(request, act, form=form, done=_("The terms are kept.")):
            return redirect("ops_calls:call", call=found.pk)
    return page(request, "calls/ops/terms.html", {"call": found, "terms": calls.terms_of(found), "form": form})


@access(runs_call)
@require_POST
def open_call(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    tried(request, partial(actions.open_call, found, opened_by=person(request)), done=_("The call is announced."))
    return redirect("ops_calls:call", call=found.pk)


@access(runs_call)
@require_POST
def close_call(request: ViewerRequest, call: int) -> HttpResponse:
    found, form = get_call(call), CloseForm(request.POST, auto_id="close_%s")
    if form.is_valid():
        act = partial(actions.close_call, found, closed_by=person(request), reason=form.cleaned_data["reason"])
        if tried(request, act, form=form, done=_("The call is closed.")):
            return redirect("ops_calls:call", call=found.pk)
    return call_page(request, found, close_form=form)


@access(runs_call)
@require_POST
def lapse_call(request: ViewerRequest, call: int) -> HttpResponse:
    found, form = get_call(call), ReasonForm(request.POST, auto_id="lapse_%s")
    if form.is_valid():
        act = partial(actions.lapse_call, found, lapsed_by=person(request), reason=form.cleaned_data["reason"])
        if tried(request, act, form=form, done=_("The seats are left vacant.")):
            return redirect("ops_calls:call", call=found.pk)
    return call_page(request, found, lapse_form=form)


@access(runs_call)
@require_POST
def deadline(request: ViewerRequest, call: int) -> HttpResponse:
    found, form = get_call(call), DeadlineForm(request.POST, auto_id="deadline_%s")
    if form.is_valid():
        act = partial(actions.move_call_deadline, found, **form.cleaned_data, decided_by=person(request))
        if tried(request, act, form=form, done=_("The deadline has moved, for every applicant.")):
            return redirect("ops_calls:call", call=found.pk)
    return call_page(request, found, deadline_form=form)


@access(runs_call)
@require_POST
def invite(request: ViewerRequest, call: int) -> HttpResponse:
    found = get_call(call)
    form = InviteForm(request.POST, auto_id="invite_%s", call=found)
    if form.is_valid():
        consortium = form.cleaned_data["consortium"]
        act = partial(actions.invite_consortium, found, consortium=consortium, invited_by=person(request))
        if tried(request, act, form=form, done=_("The consortium is invited.")):
            return redirect("ops_calls:call", call=found.pk)
    return call_page(request, found, invite_form=form)
